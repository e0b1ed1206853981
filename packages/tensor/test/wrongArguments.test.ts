// Calls every function and method with every kind of wrong value for every argument. None may be accepted, and none may be answered
// with the JavaScript engine's own message.

import { call, faultOf } from '@unroll/testing'
import { expect, it } from 'vitest'
import * as api from '../src/index.ts'
import { Generator, ones, type Tensor, zeros } from '../src/index.ts'

const x = ones([2, 3])
const scalar = ones([1], { dtype: 'float64', requiresGrad: true })
const bools = ones([2, 3], { dtype: 'bool' })
const integers = (...shape: number[]): Tensor => zeros(shape, { dtype: 'int64' })

/** Values of every kind except those that fit: what is not an integer, not a tensor, and so on. */
const values: Record<string, unknown> = {
  null: null,
  "'1'": '1',
  '1.5': 1.5,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '1n': 1n,
  true: true,
  '[]': [],
  "['1']": ['1'],
  '[null]': [null],
  '[[1]]': [[1]],
  '[1.5]': [1.5],
  '{}': {},
  '{ dim: 0 }': { dim: 0 },
  'new Map()': new Map(),
  'new Set([1])': new Set([1]),
  'new Float32Array(2)': new Float32Array(2),
  promise: Promise.resolve(x),
  '() => 1': () => 1,
  'Symbol()': Symbol('wrong'),
  tensor: x,
  '[tensor]': [x],
  'structuredClone(tensor)': structuredClone(ones([2])),
  'Object.create(null)': Object.create(null),
}

/** Kinds of arguments, with the values above that fit, or are accepted on purpose. */
const kinds = {
  integer: [],
  integerOrNone: [],
  step: ['null'],
  /** An end that is infinite is the dimension's; null is none. */
  position: ['null', 'Infinity'],
  integers: ['[]'],
  dims: ['null', '[]'],
  sizes: ['[]'],
  number: ['1.5', 'NaN', 'Infinity'],
  numberOrTensor: ['1.5', 'NaN', 'Infinity', 'tensor'],
  flag: ['true'],
  operand: ['1.5', 'NaN', 'Infinity', '1n', 'true', 'tensor'],
  operandOrNone: ['null', '1.5', 'NaN', 'Infinity', '1n', 'true', 'tensor'],
  scalar: ['1.5', 'NaN', 'Infinity', '1n', 'true'],
  tensor: ['tensor'],
  tensors: ['[tensor]'],
  /** Tensors that require gradients, which those above do not. */
  gradTensors: [],
  function: ['() => 1'],
  text: ["'1'"],
  /** One that `tensor` above is not. */
  otherTensor: [],
  otherTensorOrNone: ['null'],
  dtype: [],
  options: ['null', '{}', 'Object.create(null)'],
  data: [
    '1.5',
    'NaN',
    'Infinity',
    '1n',
    'true',
    '[]',
    '[[1]]',
    '[1.5]',
    'new Float32Array(2)',
    'structuredClone(tensor)',
  ],
  seed: ['1n'],
  bytes: [],
} satisfies Record<string, readonly string[]>

type Kind = keyof typeof kinds

/** A value that fits, under its kind. */
type Argument = { readonly [kind in Kind]?: unknown }

interface Signature {
  readonly name: string
  readonly on: object
  readonly args: readonly (readonly [kind: Kind, fit: unknown])[]
}

function signature(on: object, name: string, args: readonly Argument[]): Signature {
  const isKind = (kind: string): kind is Kind => kind in kinds
  const read = (arg: Argument) =>
    Object.entries(arg).flatMap(([kind, fit]) => (isKind(kind) ? [[kind, fit] as const] : []))
  return { name, on, args: args.flatMap(read) }
}

const method = (name: string, ...args: Argument[]): Signature => signature(ones([2, 3]), name, args)
const free = (name: string, ...args: Argument[]): Signature => signature(api, name, args)

const operators = [
  'add',
  'sub',
  'mul',
  'div',
  'pow',
  'maximum',
  'minimum',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
]

const signatures: readonly Signature[] = [
  method('size', { integer: 0 }),
  method('at', { integer: 0 }),
  method('select', { integer: 0 }, { integer: 0 }),
  method('slice', { integer: 0 }, { position: 0 }, { position: 1 }, { step: 1 }),
  method('narrow', { integer: 0 }, { integer: 0 }, { integer: 1 }),
  method('view', { sizes: [6] }),
  method('view', { integer: 2 }, { integer: 3 }),
  method('reshape', { sizes: [6] }),
  method('reshape', { integer: 2 }, { integer: 3 }),
  method('flatten', { integer: 0 }, { integer: 1 }),
  method('transpose', { integer: 0 }, { integer: 1 }),
  method('permute', { integers: [1, 0] }),
  method('permute', { integer: 1 }, { integer: 0 }),
  method('squeeze', { integerOrNone: 0 }),
  method('unsqueeze', { integer: 0 }),
  method('expand', { integers: [2, 3] }),
  method('expand', { integer: 2 }, { integer: 3 }),
  method('asStrided', { integers: [2] }, { integers: [1] }, { integer: 0 }),
  method('unbind', { integer: 0 }),
  method('split', { integer: 1 }, { integer: 0 }),
  method('chunk', { integer: 1 }, { integer: 0 }),
  method('to', { dtype: 'int8' }),
  method('indexSelect', { integer: 0 }, { otherTensor: integers(1) }),
  method('gather', { integer: 0 }, { otherTensor: integers(1, 1) }),
  method('flip', { integers: [0] }),
  method('flip', { integer: 0 }, { integer: 1 }),
  method('repeat', { integers: [1, 2] }),
  method('repeat', { integer: 1 }, { integer: 2 }),
  method('topk', { integer: 1 }, { integer: 1 }, { flag: true }, { flag: true }),
  method('cumsum', { integer: 0 }),
  ...operators.map((name) => method(name, { operand: 1 })),
  method('clamp', { operandOrNone: 0 }, { operandOrNone: 1 }),
  method('where', { otherTensor: bools }, { operand: 0 }),
  method('matmul', { otherTensor: ones([3, 2]) }),
  ...['sum', 'mean', 'prod', 'all', 'any'].map((name) => method(name, { dims: 0 }, { flag: false })),
  ...['max', 'min', 'argmax', 'argmin'].map((name) => method(name, { integerOrNone: 0 }, { flag: false })),
  method('softmax', { integer: 0 }),
  method('logSoftmax', { integer: 0 }),
  method('copy_', { tensor: x }),
  method('fill_', { scalar: 1 }),
  ...['add_', 'sub_', 'mul_', 'div_'].map((name) => method(name, { operand: 1 })),
  method('uniform_', { number: 0 }, { number: 1 }, { options: {} }),
  method('normal_', { number: 0 }, { number: 1 }, { options: {} }),
  method('bernoulli_', { numberOrTensor: 0.5 }, { options: {} }),
  method('set_', { tensor: x }),
  free('tensor', { data: [1, 2] }, { options: {} }),
  ...['zeros', 'ones', 'empty', 'rand', 'randn'].flatMap((name) => [
    free(name, { sizes: [2, 3] }, { options: {} }),
    free(name, { sizes: 2 }, { integer: 3 }, { options: {} }),
  ]),
  free('full', { sizes: [2] }, { scalar: 1 }, { options: {} }),
  free('zerosLike', { tensor: x }, { options: {} }),
  free('onesLike', { tensor: x }, { options: {} }),
  free('arange', { number: 0 }, { number: 3 }, { number: 1 }, { options: {} }),
  free('eye', { integer: 2 }, { integer: 2 }, { options: {} }),
  free('where', { otherTensor: bools }, { operand: 0 }, { operand: 1 }),
  free('randint', { seed: 0 }, { seed: 5 }, { sizes: [2] }, { options: {} }),
  free('randint', { seed: 5 }, { sizes: [2] }, { options: {} }),
  free('randperm', { integer: 3 }, { options: {} }),
  free('bernoulli', { tensor: x }, { options: {} }),
  free('multinomial', { tensor: x }, { integer: 1 }, { options: {} }),
  free('manualSeed', { seed: 0 }),
  signature(new Generator(), 'manualSeed', [{ seed: 0 }]),
  signature(new Generator(), 'setState', [{ bytes: new Generator().getState() }]),
  free('cat', { tensors: [x, x] }, { integer: 0 }),
  free('stack', { tensors: [x, x] }, { integer: 0 }),
  free('linear', { tensor: x }, { tensor: ones([2, 3]) }, { otherTensorOrNone: ones([2]) }),
  free('allclose', { tensor: x }, { tensor: x }, { options: {} }),
  free('equal', { tensor: x }, { tensor: x }),
  free('flip', { tensor: x }, { integers: [0] }),
  free('topk', { tensor: x }, { integer: 1 }, { integer: 1 }, { flag: true }, { flag: true }),
  free('cumsum', { tensor: x }, { integer: 0 }),
  free('pad', { tensor: x }, { integers: [1, 1] }, { options: {} }),
  signature(scalar, 'backward', [{ otherTensorOrNone: null }, { options: {} }]),
  signature(scalar, 'backwardAsync', [{ otherTensorOrNone: null }, { options: {} }]),
  signature(scalar, 'registerHook', [{ function: () => null }]),
  signature(scalar, 'registerPostAccumulateGradHook', [{ function: () => null }]),
  free('grad', { gradTensors: [scalar] }, { gradTensors: [scalar] }, { options: {} }),
  free('gradcheck', { function: (t: Tensor) => t.mul(t) }, { gradTensors: [scalar] }, { options: {} }),
  free('enableGrad', { function: () => 1 }),
  free('noGrad', { function: () => 1 }),
  free('detectAnomaly', { function: () => 1 }),
  free('defineOperation', { text: 'Cube' }, { function: () => 1 }),
]

const fitting = (kind: Kind): readonly string[] => kinds[kind]

const calls = signatures.flatMap(({ on, name, args }) =>
  args.flatMap(([kind], position) =>
    Object.entries(values)
      .filter(([text]) => !fitting(kind).includes(text))
      .map(([text, value]) => {
        const given = args.map(([, fit], index) => (index === position ? value : fit))
        const code = `${name}(${args.map((_, index) => (index === position ? text : '_')).join(', ')})`
        return { code, act: () => call(on, name, ...given) }
      }),
  ),
)

it(`${calls.length} wrong calls are refused, in words that name the function`, async () => {
  const faults: string[] = []
  for (const { code, act } of calls) {
    const fault = await faultOf(act)
    if (fault !== null) faults.push(`${code} ${fault}`)
  }
  expect(faults).toEqual([])
})

it('what fits is taken', () => {
  for (const { on, name, args } of signatures) {
    expect(() => call(on, name, ...args.map(([, fit]) => fit)), name).not.toThrow()
  }
})

it('every function and method that takes arguments is there', () => {
  const names = new Set(signatures.map(({ name }) => name))
  const methods = Object.getOwnPropertyNames(api.Tensor.prototype).filter((name) => {
    const { value } = Object.getOwnPropertyDescriptor(api.Tensor.prototype, name) ?? {}
    return typeof value === 'function' && name !== 'constructor' && value.length > 0
  })
  // These have other kinds of arguments, or are tested in wrongCalls.test.ts.
  // `make` is protected.
  const others = ['make', 'checkTensor', 'elementsOf', 'isTensorClone', 'isFloatingPoint', 'promoteTypes']
  const functions = Object.entries(api)
    .filter(([, value]) => typeof value === 'function' && !/^class/.test(String(value)) && value.length > 0)
    .map(([name]) => name)
  expect([...methods, ...functions].filter((name) => !names.has(name) && !others.includes(name))).toEqual([])
})
