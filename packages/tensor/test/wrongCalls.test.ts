import { call, construct, faultOf, type WrongCall } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import * as api from '../src/index.ts'
import { Generator, ones, Storage, Tensor, tensor } from '../src/index.ts'

// Wrong calls from plain JavaScript, as people make them who know PyTorch, NumPy or lodash, or guess. None may be accepted, and none
// may be answered with the JavaScript engine's own message.

const x = ones([2, 3])
const later = Promise.resolve(x)

const handwritten: readonly WrongCall[] = [
  ["tensor([1], 'int64')", () => call(api, 'tensor', [1], 'int64')],
  ['tensor(f32, [2, 3])', () => call(api, 'tensor', new Float32Array(6), [2, 3])],
  ['tensor(f32, 2, 3)', () => call(api, 'tensor', new Float32Array(6), 2, 3)],
  ['tensor()', () => call(api, 'tensor')],
  ['tensor([[1], [2, 3]])', () => call(api, 'tensor', [[1], [2, 3]])],
  ['tensor([1, , 2])', () => call(api, 'tensor', Object.assign([1], { 2: 2 }))],
  ['tensor([tensor, tensor])', () => call(api, 'tensor', [x, x])],
  ['tensor(new DataView(...))', () => call(api, 'tensor', new DataView(new ArrayBuffer(8)))],
  ['tensor(new ArrayBuffer(8))', () => call(api, 'tensor', new ArrayBuffer(8))],
  ["tensor([1], { dtype: 'float' })", () => call(api, 'tensor', [1], { dtype: 'float' })],
  ['tensor([1], { dtype: Float32Array })', () => call(api, 'tensor', [1], { dtype: Float32Array })],
  ['tensor([1], { requires_grad: true })', () => call(api, 'tensor', [1], { requires_grad: true })],
  ["tensor([1], { requiresGrad: 'yes' })", () => call(api, 'tensor', [1], { requiresGrad: 'yes' })],
  ["tensor([1], { device: 'cuda' })", () => call(api, 'tensor', [1], { device: 'cuda' })],
  ['tensor([1], { shape: 1 })', () => call(api, 'tensor', [1], { shape: 1 })],
  ['tensor([1, 2], { shape: [3] })', () => call(api, 'tensor', [1, 2], { shape: [3] })],
  ['tensor(bigint beyond int64)', () => call(api, 'tensor', 2n ** 70n)],
  ['zeros()', () => call(api, 'zeros')],
  ['zeros([2], [3])', () => call(api, 'zeros', [2], [3])],
  ['zeros(2, [3])', () => call(api, 'zeros', 2, [3])],
  ['zeros([2], 3)', () => call(api, 'zeros', [2], 3)],
  ["zeros([2, 3], 'float64')", () => call(api, 'zeros', [2, 3], 'float64')],
  ['zeros(-1)', () => call(api, 'zeros', -1)],
  ['zeros([1e15])', () => call(api, 'zeros', [1e15])],
  ['zeros([2 ** 31, 2 ** 31])', () => call(api, 'zeros', [2 ** 31, 2 ** 31])],
  ['ones({ shape: [2] })', () => call(api, 'ones', { shape: [2] })],
  ['full(2, 3)', () => call(api, 'full', 2, 3)],
  ['full([2])', () => call(api, 'full', [2])],
  ["full([2], 1, 'int64')", () => call(api, 'full', [2], 1, 'int64')],
  ["full([2], 300, { dtype: 'uint8' })", () => call(api, 'full', [2], 300, { dtype: 'uint8' })],
  ["arange(5, 'int64')", () => call(api, 'arange', 5, 'int64')],
  ['arange()', () => call(api, 'arange')],
  ['arange([5])', () => call(api, 'arange', [5])],
  ['arange(0, 5, 1, 2)', () => call(api, 'arange', 0, 5, 1, 2)],
  ['arange(0, Infinity)', () => call(api, 'arange', 0, Number.POSITIVE_INFINITY)],
  ['eye()', () => call(api, 'eye')],
  ['eye(2, 3, 4)', () => call(api, 'eye', 2, 3, 4)],
  ["eye(2, 'int64')", () => call(api, 'eye', 2, 'int64')],
  ['randint(5)', () => call(api, 'randint', 5)],
  ['randint(0, 5, 2)', () => call(api, 'randint', 0, 5, 2)],
  ['randint(5, [2], [3])', () => call(api, 'randint', 5, [2], [3])],
  ['rand([2], generator)', () => call(api, 'rand', [2], new Generator())],
  ['rand([2], { generator: 5 })', () => call(api, 'rand', [2], { generator: 5 })],
  ['rand([2], { seed: 5 })', () => call(api, 'rand', [2], { seed: 5 })],
  ["rand([2], { dtype: 'int64' })", () => call(api, 'rand', [2], { dtype: 'int64' })],
  ['multinomial(weights, 1, true)', () => call(api, 'multinomial', ones([2]), 1, true)],
  ["manualSeed('x')", () => call(api, 'manualSeed', 'x')],
  ['manualSeed()', () => call(api, 'manualSeed')],
  ['setState(tensor)', () => call(new Generator(), 'setState', ones([5056], { dtype: 'uint8' }))],
  ['cat(t1, t2)', () => call(api, 'cat', x, x)],
  ['cat([t1, [1, 2, 3]])', () => call(api, 'cat', [x, [1, 2, 3]])],
  ['cat()', () => call(api, 'cat')],
  ['stack(t)', () => call(api, 'stack', x)],
  ['stack([t1, t2], tensor)', () => call(api, 'stack', [x, x], x)],
  ['linear(x)', () => call(api, 'linear', x)],
  ['linear(x, weight, [1, 2])', () => call(api, 'linear', x, ones([2, 3]), [1, 2])],
  ['allclose(a, b, 1e-3)', () => call(api, 'allclose', x, x, 1e-3)],
  ["allclose(a, b, { rtol: '1e-3' })", () => call(api, 'allclose', x, x, { rtol: '1e-3' })],
  ['allclose(a, b, { equal_nan: true })', () => call(api, 'allclose', x, x, { equal_nan: true })],
  ['equal(a, [1, 2])', () => call(api, 'equal', x, [1, 2])],
  ['equal(a)', () => call(api, 'equal', x)],
  ["pad(x, [1, 1], 'reflect')", () => call(api, 'pad', x, [1, 1], 'reflect')],
  ["pad(x, [1, 1], { mode: 'circular' })", () => call(api, 'pad', x, [1, 1], { mode: 'circular' })],
  ["pad(x, [1, 1], { mode: 'toString' })", () => call(api, 'pad', x, [1, 1], { mode: 'toString' })],
  ['pad(x, 1)', () => call(api, 'pad', x, 1)],
  ["pad(x, [1, 1], { value: '0' })", () => call(api, 'pad', x, [1, 1], { value: '0' })],
  ['x.view()', () => call(x, 'view')],
  ['x.view([2, 3], [1])', () => call(x, 'view', [2, 3], [1])],
  ['x.reshape()', () => call(x, 'reshape')],
  ['x.permute()', () => call(x, 'permute')],
  ['x.expand()', () => call(x, 'expand')],
  ['x.repeat()', () => call(x, 'repeat')],
  ['x.flip()', () => call(x, 'flip')],
  ['x.topk()', () => call(x, 'topk')],
  ['x.topk(2, { largest: false })', () => call(x, 'topk', 2, { largest: false })],
  ['x.cumsum()', () => call(x, 'cumsum')],
  ["x.cumsum(0, 'float64')", () => call(x, 'cumsum', 0, 'float64')],
  ['x.softmax()', () => call(x, 'softmax')],
  ["x.softmax(0, 'float64')", () => call(x, 'softmax', 0, 'float64')],
  ['x.sum({ dim: 0 })', () => call(x, 'sum', { dim: 0 })],
  ['x.sum(0, { keepdim: true })', () => call(x, 'sum', 0, { keepdim: true })],
  ["x.sum(0, false, 'int64')", () => call(x, 'sum', 0, false, 'int64')],
  ["x.mean('0')", () => call(x, 'mean', '0')],
  ['x.max(y)', () => call(x, 'max', x)],
  ['x.max([0, 1])', () => call(x, 'max', [0, 1])],
  ['x.argmax([0])', () => call(x, 'argmax', [0])],
  ['x.add()', () => call(x, 'add')],
  ['x.add([1, 2])', () => call(x, 'add', [1, 2, 3])],
  ['x.add(y, 2)', () => call(x, 'add', x, 2)],
  ['x.add(y, { alpha: 2 })', () => call(x, 'add', x, { alpha: 2 })],
  ['x.sub_(1, 2)', () => call(ones([2]), 'sub_', 1, 2)],
  ["x.div(2, { roundingMode: 'floor' })", () => call(x, 'div', 2, { roundingMode: 'floor' })],
  ['x.matmul([[1], [2], [3]])', () => call(x, 'matmul', [[1], [2], [3]])],
  ['x.matmul(2)', () => call(x, 'matmul', 2)],
  ['x.clamp()', () => call(x, 'clamp')],
  ['x.clamp({ min: 0 })', () => call(x, 'clamp', { min: 0 })],
  ['x.fill_(tensor)', () => call(ones([2]), 'fill_', tensor(1))],
  ['x.fill_()', () => call(ones([2]), 'fill_')],
  ['x.copy_([1, 2])', () => call(ones([2]), 'copy_', [1, 2])],
  ['x.copy_(new Float32Array(2))', () => call(ones([2]), 'copy_', new Float32Array(2))],
  ["x.to('cuda')", () => call(x, 'to', 'cuda')],
  ["x.to('torch.float16')", () => call(x, 'to', 'torch.float16')],
  ['x.to({ dtype })', () => call(x, 'to', { dtype: 'int8' })],
  ['x.to(y)', () => call(x, 'to', x)],
  ['x.at([0, 1])', () => call(x, 'at', [0, 1])],
  ['x.at(0, 0, 0)', () => call(x, 'at', 0, 0, 0)],
  ['x.size()', () => call(x, 'size')],
  ['x.split()', () => call(x, 'split')],
  ['x.uniform_({ generator })', () => call(ones([2]), 'uniform_', { generator: new Generator() })],
  ['x.normal_(0, 1, generator)', () => call(ones([2]), 'normal_', 0, 1, new Generator())],
  ["x.uniform_('0', '1')", () => call(ones([2]), 'uniform_', '0', '1')],
  ['x.bernoulli_([0.5])', () => call(ones([2]), 'bernoulli_', [0.5])],
  ["x.requiresGrad = 'yes'", () => Reflect.set(ones([2]), 'requiresGrad', 'yes')],
  ['x.requiresGrad = 1', () => Reflect.set(ones([2]), 'requiresGrad', 1)],
  ['x.grad = [1, 2]', () => Reflect.set(ones([2]), 'grad', [1, 2])],
  ['new Tensor([1, 2])', () => construct(Tensor, [1, 2])],
  ['new Tensor()', () => construct(Tensor)],
  ['new Tensor(null)', () => construct(Tensor, null)],
  ['new Tensor(2, 3)', () => construct(Tensor, 2, 3)],
  ['new Tensor(new Float32Array(2))', () => construct(Tensor, new Float32Array(2))],
  [
    'new Tensor(record without a shape)',
    () => construct(Tensor, { storage: x.storage, strides: [1], offset: 0 }),
  ],
  ['new Tensor(record with plain memory)', () => construct(Tensor, { ...structuredClone(x) })],
  ["new Tensor(x, 'yes')", () => construct(Tensor, x, 'yes')],
  ['new Storage([1, 2])', () => construct(Storage, [1, 2])],
  ['new Storage()', () => construct(Storage)],
  ['new TensorSnapshot(null)', () => construct(api.TensorSnapshot, null)],
  ['noGrad()', () => call(api, 'noGrad')],
  ['noGrad(tensor)', () => call(api, 'noGrad', x)],
  ["promoteTypes('float32', 'double')", () => call(api, 'promoteTypes', 'float32', 'double')],
  ["isFloatingPoint('double')", () => call(api, 'isFloatingPoint', 'double')],
  ['isFloatingPoint(tensor)', () => call(api, 'isFloatingPoint', x)],
  ['elementsOf([1])', () => call(api, 'elementsOf', [1])],
]

describe('a wrong call is refused, in words that name the function', () => {
  it.each(handwritten)('%s', async (_, act) => {
    expect(await faultOf(act)).toBeNull()
  })
})

it('remedies are named', () => {
  const message = (act: () => unknown): string => {
    try {
      return String(act())
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
  }
  expect(message(() => call(api, 'tensor', [1], 'int64'))).toContain('{ dtype: "int64" }')
  expect(message(() => call(api, 'tensor', new Float32Array(6), [2, 3]))).toContain('{ shape: [2,3] }')
  expect(message(() => call(api, 'tensor', [1], { requires_grad: true }))).toContain(
    'did you mean requiresGrad?',
  )
  expect(message(() => call(api, 'cat', x, x))).toContain('write cat([a, b])')
  expect(message(() => call(x, 'add', [1, 2]))).toContain('make it one with tensor(...)')
  expect(message(() => call(x, 'to', 'torch.float16'))).toContain("did you mean 'float16'?")
  expect(message(() => call(x, 'add', later))).toContain('await it first')
  expect(message(() => call(ones([2]), 'fill_', tensor(1)))).toContain('item()')
})
