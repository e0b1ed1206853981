import fixtures from '@unroll/oracle/fixtures/tensor_errors.json'
import { describe, expect, it } from 'vitest'
import {
  allclose,
  arange,
  cat,
  eye,
  linear,
  type NestedArray,
  noGrad,
  ones,
  pad,
  RuntimeError,
  stack,
  type Tensor,
  tensor,
  where,
  zeros,
} from '../src/index.ts'

const errors: Record<string, new (message: string) => Error> = {
  RuntimeError,
  IndexError: RangeError,
  ValueError: RangeError,
  TypeError,
}

const ints = (...values: bigint[]): Tensor => tensor(values, { dtype: 'int64' })
const empty = zeros([0, 3])
const bools = ones([2, 2], { dtype: 'bool' })
const scalar = tensor(1)

/** The calls of the fixture, and what the message must contain. */
const calls: Record<string, readonly [call: () => unknown, tells: RegExp]> = {
  'add: shapes that do not broadcast': [
    () => ones([2, 3]).add(ones([2])),
    /\(2, 3\) and \(2\).* 3 and 2 meet/,
  ],
  'sub: bools': [() => bools.sub(bools), /to\('int64'\)/],
  'sub: bools from floats': [() => ones([2, 2]).sub(bools), /sub: .*to\('int64'\)/],
  'sub: integers from bools': [() => bools.sub(ints(1n, 2n)), /sub: .*to\('int64'\)/],
  'sub: true': [() => ones([2]).sub(true), /sub: .*to\('int64'\)/],
  'sub_: bools from floats': [() => ones([2, 2]).sub_(bools), /sub: .*to\('int64'\)/],
  'neg: bools': [() => bools.neg(), /to\('int64'\)/],
  'pow: integers to a negative power': [() => ints(2n).pow(-1), /-1.*to\('float32'\)/],
  'add_: shapes that do not fit': [() => ones([2]).add_(ones([3, 2])), /\(3, 2\) to \(2\)/],
  'add_: floats into integers': [() => ints(1n).add_(1.5), /float32.*int64/],
  'add_: floats with a history into integers': [
    () => ints(1n, 2n).add_(ones([2], { requiresGrad: true })),
    /add_: .*float32.*int64/,
  ],
  'add_: an integer into bools': [() => bools.add_(1), /add_: .*int64.*bool/],
  'mul_: integers into bools': [() => bools.mul_(ints(2n, 3n)), /mul_: .*int64.*bool/],
  'mul_: a scalar of integers into bools': [() => bools.mul_(tensor(2n)), /mul_: .*int64.*bool/],
  'div_: a quotient into integers': [() => ints(1n).div_(2), /float32.*int64/],
  'copy_: shapes that do not fit': [() => ones([2]).copy_(ones([3])), /\(3\) to \(2\)/],
  'add_: an expanded view': [() => ones([1]).expand([3]).add_(2), /clone/],
  'uniform_: an expanded view': [() => ones([1]).expand([3]).uniform_(), /clone/],
  'in place on what requires gradients': [() => ones([2], { requiresGrad: true }).mul_(2), /noGrad/],
  'requiresGrad of integers': [() => ones([1], { dtype: 'int64', requiresGrad: true }), /int64/],
  'clamp without limits': [() => ones([2]).clamp(null), /neither/],
  'where: a condition of numbers': [() => where(ones([2]), ones([2]), ones([2])), /bool.*float32/],
  'item of two': [() => ones([2]).item(), /\(2\).*toArray/],
  'item of none': [() => ones([0]).item(), /\(0\)/],
  // This message comes from the JavaScript engine: see Tensor[Symbol.iterator].
  'iterating a scalar': [() => [...scalar], /./],
  'select: out of range': [() => ones([2]).select(0, 2), /index 2 .*size 2/],
  'select: no such dim': [() => ones([2]).select(1, 0), /-1 to 0, got 1/],
  'select: of a scalar': [() => scalar.select(0, 0), /item\(\)/],
  'at: out of range': [() => ones([2, 3]).at(1, 3), /index 3 .*size 3/],
  'slice: a step of 0': [() => ones([2]).slice(0, 0, 2, 0), /got 0/],
  'narrow: too long': [() => ones([3]).narrow(0, 2, 2), /start 2 and length 2.*size 3/],
  'narrow: start out of range': [() => ones([3]).narrow(0, 4, 0), /4 .*size 3/],
  'narrow: a negative length': [() => ones([3]).narrow(0, 0, -1), /-1/],
  'view: another number of elements': [() => ones([2, 3]).view([4]), /\(4\).* 6 elements/],
  'view: strides that need a copy': [() => ones([2, 3]).t().view([6]), /reshape\(\)/],
  'view: two sizes to infer': [() => ones([2, 3]).view([-1, -1]), /\(-1, -1\)/],
  'view: a size that cannot be inferred': [() => empty.view([-1, 0]), /\(-1, 0\)/],
  'reshape: another number of elements': [() => ones([2, 3]).reshape([4, -1]), /\(4, -1\).* 6 elements/],
  'flatten: end before start': [() => ones([2, 3]).flatten(1, 0), /1 and 0/],
  't: three dimensions': [() => ones([2, 3, 4]).t(), /got 3/],
  'transpose: no such dim': [() => ones([2, 3]).transpose(0, 2), /got 2/],
  'permute: a dim twice': [() => ones([2, 3]).permute([0, 0]), /\[0, 0\]/],
  'permute: too few dims': [() => ones([2, 3]).permute([0]), /2 dims, got 1/],
  'squeeze: no such dim': [() => ones([2, 3]).squeeze(2), /got 2/],
  'unsqueeze: no such dim': [() => ones([2, 3]).unsqueeze(4), /-3 to 2, got 4/],
  'expand: a size that is not 1': [() => ones([2, 3]).expand([4, 3]), /\(2, 3\) to \(4, 3\)/],
  'expand: fewer dims': [() => ones([2, 3]).expand([3]), /\(2, 3\) to \(3\)/],
  'asStrided: out of the storage': [() => ones([4]).asStrided([2, 3], [2, 1]), /needs 5 elements.* 4/],
  'asStrided: a negative stride': [() => ones([4]).asStrided([2], [-1]), /-1/],
  'cat: nothing': [() => cat([]), /none/],
  'cat: scalars': [() => cat([scalar, scalar]), /stack\(\)/],
  'cat: sizes that differ': [() => cat([ones([2, 3]), ones([2, 4])]), /dim 0.*\(2, 3\) and \(2, 4\)/],
  'cat: dimensions that differ': [() => cat([ones([2, 3]), ones([2])]), /\(2, 3\) and \(2\)/],
  'stack: nothing': [() => stack([]), /none/],
  'stack: shapes that differ': [() => stack([ones([2]), ones([3])]), /\(2\).* index 1.* \(3\)/],
  'split: sizes that do not sum up': [() => ones([5]).split([2, 2]), /5.*\[2, 2\]/],
  'split: a size of 0': [() => ones([5]).split(0), /got 0/],
  'chunk: no chunks': [() => ones([5]).chunk(0), /got 0/],
  'unbind: a scalar': [() => scalar.unbind(), /no dimensions/],
  'indexSelect: out of range': [() => ones([3]).indexSelect(0, ints(3n)), /index 3 .*size 3/],
  'indexSelect: a matrix of positions': [() => ones([3]).indexSelect(0, ints(1n).unsqueeze(0)), /\(1, 1\)/],
  'indexSelect: positions of floats': [() => ones([3]).indexSelect(0, ones([1])), /float32/],
  'gather: out of range': [() => ones([3]).gather(0, ints(-1n)), /index -1 .*size 3/],
  'gather: too large an index': [
    () => ones([2, 2]).gather(0, zeros([1, 3], { dtype: 'int64' })),
    /\(2, 2\).*\(1, 3\)/,
  ],
  'gather: dimensions that differ': [() => ones([2, 2]).gather(0, ints(1n)), /\(2, 2\).*\(1\)/],
  'matmul: sizes that do not fit': [() => ones([2, 3]).matmul(ones([2, 3])), /\(2, 3\) and \(2, 3\)/],
  'matmul: a scalar': [() => ones([2, 3]).matmul(scalar), /mul\(\)/],
  'matmul: batches that do not broadcast': [
    () => ones([2, 2, 3]).matmul(ones([3, 3, 2])),
    /sizes 2 and 3 meet/,
  ],
  'matmul: dtypes that differ': [
    () => ones([2, 3]).matmul(ones([3, 2], { dtype: 'float64' })),
    /float32 and float64.*\.to\(\)/,
  ],
  'matmul: bools': [() => bools.matmul(bools), /to\('int64'\)/],
  'linear: sizes that do not fit': [() => linear(ones([2, 3]), ones([4, 2])), /\(2, 3\) and \(4, 2\)/],
  'linear: a bias of another size': [() => linear(ones([2, 3]), ones([4, 3]), ones([3])), /\(4\), got \(3\)/],
  'sum: no such dim': [() => ones([2]).sum(1), /got 1/],
  'sum: a dim twice': [() => ones([2, 3]).sum([0, -2]), /dim 0 appears twice/],
  'mean: integers': [() => ints(1n, 2n).mean(), /to\('float32'\)/],
  'max: no elements': [() => empty.max(), /\(0, 3\)/],
  'max: a dim of no positions': [() => empty.max(0), /dim 0.*\(0, 3\)/],
  'argmax: no elements': [() => empty.argmax(), /\(0, 3\)/],
  'argmin: a dim of no positions': [() => empty.argmin(0), /dim 0.*\(0, 3\)/],
  'softmax: no such dim': [() => ones([2]).softmax(1), /got 1/],
  'softmax: integers': [() => ints(1n, 2n).softmax(0), /to\('float32'\)/],
  'flip: no such dim': [() => ones([2, 3]).flip(2), /got 2/],
  'flip: a dim twice': [() => ones([2, 3]).flip(0, -2), /dim 0 appears twice/],
  'repeat: too few counts': [() => ones([2, 3]).repeat(2), /2 dimensions, got \[2\]/],
  'repeat: a negative count': [() => ones([2, 3]).repeat(-1, 2), /\[-1, 2\]/],
  'topk: more than there are': [() => ones([2, 3]).topk(4), /from 0 to 3.*dim 1.*got 4/],
  'topk: less than none': [() => ones([2, 3]).topk(-1), /got -1/],
  'topk: no such dim': [() => ones([2, 3]).topk(1, 2), /got 2/],
  'topk: bools': [() => ones([2], { dtype: 'bool' }).topk(1), /to\('uint8'\)/],
  'topk: two of a scalar': [() => scalar.topk(2), /from 0 to 1.*got 2/],
  'cumsum: no such dim': [() => ones([2, 3]).cumsum(2), /got 2/],
  'pad: half a pair': [() => pad(ones([2, 3]), [1]), /two numbers.*\[1\]/],
  'pad: more pairs than dimensions': [() => pad(ones([2, 3]), [1, 1, 1, 1, 1, 1]), /up to 2 dimensions/],
  'pad: more cut off than there is': [() => pad(ones([2, 3]), [-2, -2]), /\(2, -1\) of shape \(2, 3\)/],
  'pad: more cut off at one side than there is': [() => pad(ones([2, 3]), [-5, 9]), /\[-5, 9\]/],
  'pad: no such mode': [
    () => pad(ones([2, 3]), [1, 1], { mode: JSON.parse('"edge"') }),
    /constant, reflect, replicate, got string "edge"/,
  ],
  'pad: a value that is not used': [
    () => pad(ones([2, 3]), [1, 1], { mode: 'reflect', value: 3 }),
    /only constant takes a value, got 3/,
  ],
  'pad: a value that does not fit': [
    () => pad(ones([2], { dtype: 'uint8' }), [1, 1], { value: 300 }),
    /uint8 cannot hold 300/,
  ],
  'pad: reflection of too little': [
    () => pad(ones([2, 3]), [3, 0], { mode: 'reflect' }),
    /\[3, 0\] at dim 1 of shape \(2, 3\)/,
  ],
  'pad: reflection of a vector': [() => pad(ones([5]), [1, 1], { mode: 'reflect' }), /shape \(5\)/],
  'pad: replication of a vector': [() => pad(ones([5]), [1, 1], { mode: 'replicate' }), /shape \(5\)/],
  'pad: reflection of every dimension': [
    () => pad(ones([2, 3]), [1, 1, 1, 1], { mode: 'reflect' }),
    /4 numbers for shape \(2, 3\)/,
  ],
  'pad: reflection of the last of four': [
    () => pad(ones([1, 2, 3, 4]), [1, 1], { mode: 'reflect' }),
    /2 numbers for shape \(1, 2, 3, 4\)/,
  ],
  'pad: replication of nothing': [() => pad(ones([2, 0]), [1, 1], { mode: 'replicate' }), /\(2, 0\)/],
  'pad: replication of no channels': [() => pad(ones([0, 3]), [1, 1], { mode: 'replicate' }), /\(0, 3\)/],
  'pad: reflection that leaves nothing': [
    () => pad(ones([2, 3]), [-2, -1], { mode: 'reflect' }),
    /padded \(2, 0\)/,
  ],
  'pad: replication of bools': [
    () => pad(ones([2, 3], { dtype: 'bool' }), [1, 1], { mode: 'replicate' }),
    /to\('int64'\)/,
  ],
  'pad: a scalar': [() => pad(scalar, [1, 1]), /up to 0 dimensions/],
  'tensor: ragged': [() => tensor([[1], [1, 2]]), /length 1 at index \[1\].*length 2/],
  'tensor: a number among arrays': [() => tensor([[1], 2]), /length 1 at index \[1\], got number 2/],
  'tensor: text': [() => tensor(JSON.parse('"1"')), /boolean, got string "1"/],
  'zeros: a negative size': [() => zeros([-1]), /\(-1\)/],
  'arange: a step of 0': [() => arange(0, 3, 0), /step.* 0 /],
  'arange: a step away from the end': [() => arange(0, 3, -1), /-1 lead from 0 to 3/],
  'allclose: dtypes that differ': [
    () => allclose(ones([1]), ones([1], { dtype: 'float64' })),
    /float32 and float64/,
  ],
}

describe('refused as in PyTorch, with a message that tells what is wrong', () => {
  it.each(fixtures.cases)('$name', ({ name, error }) => {
    const [call, tells] = calls[name] ?? []
    if (!call) throw new Error(`no call for ${name}`)
    expect(call).toThrow(errors[error])
    expect(call).toThrow(tells)
  })

  it('every call above has its case', () => {
    expect(fixtures.cases.map(({ name }) => name)).toEqual(Object.keys(calls))
  })
})

describe('refused besides', () => {
  const notNumbers: NestedArray = JSON.parse('[[1, null]]')
  it.each<[string, () => unknown, new (message: string) => Error, RegExp]>([
    ['a dim that is no integer', () => ones([2]).sum(0.5), TypeError, /0\.5/],
    ['an operand that is no tensor', () => ones([2]).add(JSON.parse('"1"')), TypeError, /got string "1"/],
    ['elements that are no numbers', () => tensor(notNumbers), TypeError, /index \[0, 1\], got null/],
    ['arrays among numbers', () => tensor([1, [2]]), RangeError, /index \[1\]/],
    ['NaN as int64', () => tensor([Number.NaN], { dtype: 'int64' }), RuntimeError, /int64 cannot hold NaN/],
    ['300 as uint8', () => tensor([300], { dtype: 'uint8' }), RuntimeError, /uint8 cannot hold 300/],
    [
      '300 to fill uint8',
      () => zeros([2], { dtype: 'uint8' }).fill_(300),
      RuntimeError,
      /uint8 cannot hold 300/,
    ],
    ['a bigint of 64 bits as int64', () => tensor([2n ** 63n]), RuntimeError, /int64 cannot hold/],
    ['Uint8ClampedArray', () => tensor(new Uint8ClampedArray(2)), TypeError, /Uint8ClampedArray/],
    [
      'a shape that does not fit the memory',
      () => tensor(new Float32Array(5), { shape: [2, 3] }),
      RuntimeError,
      /\(2, 3\).* 5/,
    ],
    ['a shape that is no array', () => zeros(JSON.parse('"3"')), TypeError, /got string "3"/],
    ['a fractional size', () => zeros([1.5]), TypeError, /1\.5/],
    [
      'a dtype that is none',
      () => zeros([2], { dtype: JSON.parse('"float"') }),
      TypeError,
      /float32.*got string "float"; did you mean 'float32'/,
    ],
    ['the item of an int64 beyond 2^53', () => tensor(2n ** 60n).item(), RangeError, /data\[0\]/],
    ['size of a scalar', () => scalar.size(0), RangeError, /dim 0/],
  ])('%s', (_, call, error, tells) => {
    expect(call).toThrow(error)
    expect(call).toThrow(tells)
  })
})

it('an error of shapes is a RuntimeError by class and by name', () => {
  const error = new RuntimeError('x')
  expect(error).toBeInstanceOf(Error)
  expect(String(error)).toBe('RuntimeError: x')
})

it('what requires gradients may be changed inside noGrad, which gives back what its body gives', () => {
  const leaf = ones([2], { requiresGrad: true })
  expect(noGrad(() => leaf.mul_(3)).toArray()).toEqual([3, 3])
  expect(() => noGrad(() => eye(-1))).toThrow(RuntimeError)
  expect(() => leaf.mul_(3)).toThrow(RuntimeError)
})
