/** The way back of a plan, as oracle.py walks it. */
import { RNNCellBase } from '@unroll/cells'
import type { Module } from '@unroll/nn'
import { PackedSequence } from '@unroll/sequence'
import { grad, noGrad, Tensor, tensor, zeros } from '@unroll/tensor'
import type { BackwardPlan } from './plan.ts'

export type Leaves = readonly (readonly [name: string, leaf: Tensor])[]

/** The tensors whose gradients are compared, each told whether it requires them. */
export function leavesOf(
  module: Module,
  x: Tensor,
  hx: Tensor | readonly Tensor[] | null,
  { input, states, frozen }: BackwardPlan,
): Leaves {
  x.requiresGrad = input
  const given = hx === null ? [] : [hx].flat()
  const named = given.map((state, at): [string, Tensor] => {
    state.requiresGrad = states[at] === true
    return [at === 0 ? 'h0' : 'c0', state]
  })
  const parameters = [...module.namedParameters()]
  for (const [name, parameter] of parameters) parameter.requiresGrad = !frozen.includes(name)
  return [['input', x], ...named, ...parameters]
}

/** Runs back, with what goes wrong on the way. */
export function runBackward(
  module: Module,
  args: readonly unknown[],
  result: unknown,
  leaves: Leaves,
  plan: BackwardPlan,
): void {
  const loss = plan.order === 1 ? lossOf(result, plan) : lossOfGradients(lossOf(result, plan), leaves)
  if (plan.fault === 'input changed') noGrad(() => rowsOf(args[0]).add_(1))
  if (plan.fault === 'weight changed') noGrad(() => recurrentWeight(module).add_(1))
  loss.backward()
  if (plan.fault === 'backward twice') loss.backward()
  if (plan.fault === 'state not detached for the next step') {
    const state = module instanceof RNNCellBase ? result : Array.isArray(result) ? result[1] : null
    const next: unknown = Reflect.apply(module.forward, module, [args[0], state])
    lossOf(next, plan).backward()
  }
}

export function lossOf(result: unknown, { loss }: BackwardPlan): Tensor {
  return tensorsOf(result).reduce((sum: Tensor, part, at) => {
    const use = loss[at] ?? 'nothing'
    if (use === 'nothing') return sum
    return sum.add(use === 'sum' ? part.sum() : weighted(part))
  }, tensor(0))
}

function lossOfGradients(loss: Tensor, leaves: Leaves): Tensor {
  const wanted = leaves.flatMap(([, leaf]) => (leaf.requiresGrad ? [leaf] : []))
  if (wanted.length === 0) return loss
  return grad([loss], wanted, { createGraph: true, allowUnused: true }).reduce(
    (sum: Tensor, gradient) => (gradient === null ? sum : sum.add(weighted(gradient))),
    tensor(0),
  )
}

function weighted(part: Tensor): Tensor {
  return part.mul(zeros(part.shape, { dtype: part.dtype }).uniform_(-1, 1)).sum()
}

/** Output and states, in order. */
function tensorsOf(result: unknown): Tensor[] {
  return Array.isArray(result) ? result.flatMap(tensorsOf) : [rowsOf(result)]
}

function rowsOf(value: unknown): Tensor {
  if (value instanceof PackedSequence) return value.data
  if (value instanceof Tensor) return value
  throw new TypeError(`expected tensors, got ${String(value)}`)
}

function recurrentWeight(module: Module): Tensor {
  for (const [name, parameter] of module.namedParameters()) if (name.startsWith('weight_hh')) return parameter
  throw new TypeError(`expected a recurrent module, got ${module}`)
}
