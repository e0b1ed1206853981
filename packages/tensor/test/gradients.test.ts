// Gradients of every operation: PyTorch's, and those that differences give, once and twice derived.

import { setDefaultEngine } from '@unroll/kernels'
import fixtures from '@unroll/oracle/fixtures/tensor_gradients.json'
import { tolerances } from '@unroll/testing'
import { describeEngines } from '@unroll/testing/describeEngines'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as api from '../src/index.ts'
import { grad, gradcheck, isFloatingPoint, Tensor } from '../src/index.ts'
import { engines } from './engines.ts'
import { decode, type EncodedTensor, layOut, layouts, run, toTensor } from './fixtures.ts'

interface Case {
  readonly call: string
  readonly args: readonly unknown[]
  /** Of each output of floats. */
  readonly seeds: readonly EncodedTensor[]
  /** Of each tensor of floats among the arguments; null where none depends on it. */
  readonly gradients: readonly (EncodedTensor | null)[]
  /** The operation's name in PyTorch; null where PyTorch composes the operation of others. */
  readonly name: string | null
  /** Whether a second way back is refused. */
  readonly frees: boolean
  /** Whether differences give the gradients. */
  readonly smooth: boolean
}

const cases: readonly Case[] = fixtures.cases
const calls = [...new Set(cases.map(({ call }) => call))]

describeEngines(engines, (engine) => {
  beforeEach(() => setDefaultEngine(engine))
  afterEach(() => setDefaultEngine(null))

  describe.each(Object.entries(layouts))('and tensors %s', (title, layout) => {
    const inThisLayout = (call: string): Case[] =>
      // What a view by strides is depends on the layout.
      call === 'asStrided' && title !== 'contiguous' ? [] : casesOf(call)

    it.each(calls)('%s has the gradients of PyTorch', (call) => {
      all(inThisLayout(call), (each) => {
        const { leaves, outputs } = evaluate(each, layout)
        const gradOutputs = each.seeds.map(toTensor)
        const gradients = grad(outputs, leaves, { gradOutputs, allowUnused: true })
        for (const [k, encoded] of each.gradients.entries()) {
          check(gradients[k] ?? null, encoded && toTensor(encoded), `input ${k}`)
        }
      })
    })

    it.each(calls)('%s has the derivatives, first and second, that differences give', (call) => {
      all(inThisLayout(call).filter(isSmooth), (each) => {
        const { leaves } = evaluate(each, layout)
        const f = (...inputs: Tensor[]): Tensor[] => evaluate(each, layout, inputs).outputs
        gradcheck(f, leaves)
        const seeds = each.seeds.map((seed) => leafOf(toTensor(seed)))
        const slopes = (...inputs: Tensor[]): Tensor[] => {
          const [at, gradOutputs] = [inputs.slice(0, leaves.length), inputs.slice(leaves.length)]
          return grad(f(...at), at, { gradOutputs, createGraph: true })
        }
        gradcheck(slopes, [...leaves, ...seeds])
      })
    })
  })
})

it.each(calls)('%s has the name that PyTorch prints', (call) => {
  all(
    casesOf(call).filter(({ name }) => name !== null),
    (each) => {
      expect(evaluate(each, (t) => t).outputs[0]?.gradFn?.name).toBe(each.name)
    },
  )
})

it.each(calls)('%s goes back a second time where it does in PyTorch', (call) => {
  all(casesOf(call), (each) => {
    const { leaves, outputs } = evaluate(each, (t) => t)
    const gradOutputs = each.seeds.map(toTensor)
    const back = (): unknown => grad(outputs, leaves, { gradOutputs, allowUnused: true })
    back()
    if (each.frees) expect(back).toThrow(/retainGraph/)
    else back()
  })
})

/** What needs no gradient: results that are no floats, or not computed from elements; and what is tested elsewhere. */
const withoutGradient = {
  'gives bools or positions': ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'all', 'any', 'argmax', 'argmin'],
  'gives no tensor': ['size', 'isContiguous', 'item', 'toArray', 'toJSON', 'toString', 'allclose', 'equal'],
  'is no operation of a tensor': [
    ...['tensor', 'empty', 'zeros', 'ones', 'full', 'zerosLike', 'onesLike', 'arange', 'eye'],
    ...['rand', 'randn', 'randint', 'randperm', 'bernoulli', 'multinomial', 'manualSeed', 'defaultGenerator'],
    ...['isTensorClone', 'isFloatingPoint', 'promoteTypes', 'checkTensor', 'elementsOf'],
  ],
  'cuts the history, or is of autograd itself: see autograd.test.ts': [
    ...['detach', 'set_', 'backward', 'backwardAsync', 'retainGrad', 'registerHook'],
    ...['registerPostAccumulateGradHook', 'grad', 'gradcheck', 'noGrad', 'enableGrad', 'isGradEnabled'],
    ...['detectAnomaly', 'defineOperation'],
  ],
  'is another one, as reshape, or nothing at all': ['view', 'contiguous'],
  'is protected': ['make', 'constructor'],
}

it('every method and function is tested here, or in the list of those without a gradient', () => {
  const known = new Set([...calls, ...Object.values(withoutGradient).flat()])
  const names = [...methodsOf(Tensor.prototype), ...functionsOf(api)]
  expect(names.length).toBeGreaterThan(100)
  expect(names.filter((name) => !known.has(name))).toEqual([])
})

it('nothing in that list has become an operation with a gradient', () => {
  const names = new Set([...methodsOf(Tensor.prototype), ...functionsOf(api)])
  const listed = Object.values(withoutGradient).flat()
  expect(listed.filter((name) => !names.has(name))).toEqual([])
  expect(listed.filter((name) => calls.includes(name))).toEqual([])
})

function methodsOf(prototype: object): string[] {
  const own = Object.getOwnPropertyNames(prototype).filter((name) => {
    const { value } = Object.getOwnPropertyDescriptor(prototype, name) ?? {}
    return typeof value === 'function'
  })
  const above: unknown = Object.getPrototypeOf(prototype)
  const isTensor = typeof above === 'object' && above !== null && 'shape' in prototype && 'shape' in above
  return isTensor ? [...own, ...methodsOf(above)] : own
}

function functionsOf(module: object): string[] {
  return Object.entries(module)
    .filter(([, value]) => typeof value === 'function' && !/^class/.test(String(value)))
    .map(([name]) => name)
}

/** Runs an operation. `inputs` take the place of the tensors of floats among its arguments. */
function evaluate(
  { call, args }: Case,
  layout: (t: Tensor) => Tensor,
  inputs?: readonly Tensor[],
): { leaves: Tensor[]; outputs: Tensor[] } {
  const leaves: Tensor[] = []
  const prepare = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(prepare)
    if (!(value instanceof Tensor && isFloatingPoint(value.dtype))) return layOut(value, layout)
    const leaf = inputs?.[leaves.length] ?? leafOf(layout(value))
    leaves.push(leaf)
    return leaf
  }
  const [first, ...rest] = args.map((arg) => prepare(decode(arg)))
  // Leaves must not be changed in place.
  const start = call.endsWith('_') && first instanceof Tensor ? first.clone() : first
  const result = run(call, [start, ...rest])
  const outputs = (Array.isArray(result) ? result : [result]).filter((output) => output instanceof Tensor)
  return { leaves, outputs: outputs.filter(({ dtype }) => isFloatingPoint(dtype)) }
}

function leafOf(t: Tensor): Tensor {
  t.requiresGrad = true
  return t
}

function casesOf(call: string): Case[] {
  return cases.filter((each) => each.call === call)
}

function isSmooth({ smooth }: Case): boolean {
  return smooth
}

/** Runs `act` for all, and tells of all that fail. */
function all(some: readonly Case[], act: (each: Case) => void): void {
  const faults = some.flatMap((each) => {
    try {
      act(each)
      return []
    } catch (error) {
      return [`${titleOf(each)}: ${error}`]
    }
  })
  expect(faults).toEqual([])
}

function check(got: Tensor | null, want: Tensor | null, what: string): void {
  if (got === null || want === null) {
    expect(got, what).toBe(want)
    return
  }
  expect(`${got.dtype} (${got.shape})`, what).toBe(`${want.dtype} (${want.shape})`)
  const tolerance = tolerances[want.dtype === 'float64' ? 'float64' : 'float32']
  expect(got.to('float64'), what).toBeAllclose(want.to('float64'), tolerance)
}

function titleOf({ call, args }: Case): string {
  const text = (arg: unknown): string =>
    arg instanceof Tensor
      ? `${arg.dtype} ${JSON.stringify(arg.toArray())}`
      : Array.isArray(arg)
        ? `[${arg.map(text).join(', ')}]`
        : JSON.stringify(arg)
  return `${call}(${args.map((arg) => text(decode(arg))).join(', ')})`
}
