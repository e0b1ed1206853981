import type { Tensor } from '@unroll/tensor'
import { expectTypeOf } from 'vitest'
import { Adam, AdamW, type Optimizer, ReduceLROnPlateau, SequentialLR, SGD, StepLR } from '../src/index.ts'

declare const weight: Tensor

// Parameters in every form, and known options only.
new SGD([weight])
new SGD(new Set([weight]), { lr: 0.1 })
new SGD([['weight', weight]])
new SGD(new Map([['weight', weight]]))
new Adam([{ params: [weight], betas: [0.5, 0.9] }, { params: weight }, { params: [['weight', weight]] }])
// @ts-expect-error there is nothing to train
new SGD(null)
// @ts-expect-error PyTorch's spelling
new SGD([weight], { weight_decay: 1 })
// @ts-expect-error an option of Adam
new SGD([{ params: [weight], betas: [0.5, 0.9] }])
// @ts-expect-error AdamW's decay is decoupled
new AdamW([weight], { decoupledWeightDecay: false })

// A step gives what its closure gives.
const optimizer = new Adam([weight])
expectTypeOf(optimizer.step()).toEqualTypeOf<null>()
expectTypeOf(optimizer.step(() => weight)).toEqualTypeOf<Tensor>()

// Options of groups can be set.
for (const group of optimizer.paramGroups) {
  group.lr *= 2
  group.betas = [0.5, 0.9]
  expectTypeOf(group.params).toEqualTypeOf<Tensor[]>()
}

// Schedules take any optimiser.
expectTypeOf(optimizer).toExtend<Optimizer>()
new SequentialLR(optimizer, [new StepLR(optimizer, 1), new StepLR(optimizer, 2)], [3])
new ReduceLROnPlateau(optimizer).step(weight.sum())
// @ts-expect-error it needs a number
new ReduceLROnPlateau(optimizer).step()
// @ts-expect-error it does not count epochs
new SequentialLR(optimizer, [new ReduceLROnPlateau(optimizer)], [])
