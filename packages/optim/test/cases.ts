import type { FloatArray, FloatDType } from '@unroll/kernels'
import { type Tensor, tensor } from '@unroll/tensor'
import { type EncodedArray, seededBits } from '@unroll/testing'
import { Adagrad, Adam, AdamW, type Optimizer, RMSprop, SGD } from '../src/index.ts'

/** Steps of an optimiser, as tooling/oracle/optim_fixtures.py takes them. */
export interface StepCase {
  readonly name: string
  readonly optimizer: string
  /** Under PyTorch's names. */
  readonly options: Readonly<Record<string, unknown>>
  readonly dtype: string
  readonly seed: number
  readonly shapes: readonly (readonly number[])[]
  readonly steps: number
}

/** What PyTorch makes of it: parameters after the first and the last step, and the state by numbers of parameters. */
export interface StepResult {
  readonly first: readonly EncodedArray[]
  readonly last: readonly EncodedArray[]
  readonly state: Readonly<Record<string, Readonly<Record<string, EncodedArray | undefined>>>>
}

const classes: Readonly<Record<string, object>> = { SGD, Adam, AdamW, RMSprop, Adagrad }

/** An optimiser of that name, with options under PyTorch's names. */
export function makeOptimizer(name: string, params: readonly unknown[], options: object): Optimizer {
  const type = classes[name]
  if (typeof type !== 'function') throw new Error(`no optimiser ${name}`)
  return Reflect.construct(type, [params, inCamelCase(options)])
}

export function inCamelCase(options: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  )
}

/** Numbers that float32 holds exactly: draw of optim_fixtures.py. */
function drawnFloats(bits: () => number, dtype: FloatDType, length: number): FloatArray {
  const array = dtype === 'float32' ? new Float32Array(length) : new Float64Array(length)
  return array.map(() => {
    const number = bits()
    return ((number >>> 8) / 2 ** 24 - 0.5) * 2 ** -(number & 7)
  })
}

/** A tensor of such numbers. */
export function drawn(bits: () => number, dtype: FloatDType, shape: readonly number[]): Tensor {
  const length = shape.reduce((product, size) => product * size, 1)
  return tensor(drawnFloats(bits, dtype, length), { shape })
}

/** Runs a case. `afterStep` sees the parameters after each step, which count from 1. */
export function runCase(
  one: StepCase,
  afterStep: (step: number, params: readonly Tensor[]) => void = () => {},
): {
  readonly params: readonly Tensor[]
  readonly optimizer: Optimizer
} {
  const dtype = one.dtype === 'float64' ? 'float64' : 'float32'
  const bits = seededBits(one.seed)
  const params = one.shapes.map((shape) => drawn(bits, dtype, shape))
  for (const param of params) param.requiresGrad = true
  const { lr } = makeOptimizer(one.optimizer, params, one.options).defaults
  const groups = [{ params: params.slice(0, 1) }, { params: params.slice(1), lr: lr / 2 }]
  const optimizer = makeOptimizer(one.optimizer, groups, one.options)
  for (let step = 1; step <= one.steps; step++) {
    for (const [index, param] of params.entries()) {
      const gradient = drawn(bits, dtype, param.shape)
      param.grad = index === 1 && step % 7 === 0 ? null : gradient
    }
    optimizer.step()
    afterStep(step, params)
  }
  return { params, optimizer }
}
