import { gradcheck, ones, randn, Tensor, tensor, zeros } from '@unroll/tensor'
import { describe, expect, it, vi } from 'vitest'
import {
  BCELoss,
  BCEWithLogitsLoss,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  CrossEntropyLoss,
  CTCLoss,
  crossEntropy,
  ctcLoss,
  HuberLoss,
  huberLoss,
  KLDivLoss,
  klDiv,
  l1Loss,
  MSELoss,
  mseLoss,
  NLLLoss,
  nllLoss,
  SmoothL1Loss,
  smoothL1Loss,
} from '../src/index.ts'

const [x, y] = [zeros([2, 3]), tensor([0n, 2n])]

describe('classes', () => {
  it.each<[name: string, act: () => unknown, text: string]>([
    [
      'too large',
      () => crossEntropy(x, tensor([0n, 3n])),
      'crossEntropy: expected classes from 0 to 2, as input (2, 3) has 3, or ignoreIndex, -100, got 3 at position 1',
    ],
    [
      'negative',
      () => nllLoss(x, tensor([-1n, 0n])),
      'nllLoss: expected classes from 0 to 2, as input (2, 3) has 3, or ignoreIndex, -100, got -1 at position 0',
    ],
    [
      'of a module',
      () => new CrossEntropyLoss().forward(x, tensor([5n, 0n])),
      'CrossEntropyLoss.forward: expected classes from 0 to 2',
    ],
    [
      'of floats',
      () => crossEntropy(x, tensor([0, 2])),
      "crossEntropy: expected target of class indices, int64 or int32, or of probabilities in the input's shape, (2, 3), got float32 of shape (2)",
    ],
    [
      'of floats, for nllLoss',
      () => new NLLLoss().forward(x, tensor([0, 2])),
      "NLLLoss.forward: expected target of class indices, int64 or int32, got float32; convert with .to('int64')",
    ],
    ['of int8', () => crossEntropy(x, y.to('int8')), 'int64 or int32, got int8'],
    [
      'of another batch',
      () => crossEntropy(x, tensor([0n])),
      'crossEntropy: expected target of shape (2), as input (2, 3) has its classes in dim 1, got (1)',
    ],
    [
      'last',
      () => crossEntropy(zeros([2, 5, 3]), zeros([2, 5], { dtype: 'int64' })),
      'expected target of shape (2, 3), as input (2, 5, 3) has its classes in dim 1, got (2, 5); if the classes are last, use input.transpose(1, -1)',
    ],
    [
      'of no dimension',
      () => crossEntropy(tensor(1), tensor(0n)),
      'crossEntropy: expected input (N, C), (N, C, ...) or (C) of C classes, got shape ()',
    ],
    [
      'as probabilities of another shape',
      () => crossEntropy(x, zeros([3, 2])),
      "crossEntropy: expected target of the input's shape, (2, 3), got (3, 2)",
    ],
    [
      'as probabilities, with an ignoreIndex',
      () => crossEntropy(x, x, { ignoreIndex: 1 }),
      'crossEntropy: expected no ignoreIndex, as the target is probabilities, got 1',
    ],
  ])('%s are refused', (_, act, text) => {
    expect(act).toThrow(text)
  })

  it.each<[name: string, act: () => unknown, text: string]>([
    [
      'size',
      () => crossEntropy(x, y, { weight: ones([2]) }),
      'crossEntropy: expected weight (3) float32, a number for each class, got (2) float32',
    ],
    [
      'dtype',
      () => nllLoss(x, y, { weight: ones([3], { dtype: 'float64' }) }),
      'nllLoss: expected weight (3) float32, a number for each class, got (3) float64',
    ],
    [
      'gradient',
      () => crossEntropy(x, y, { weight: ones([3], { requiresGrad: true }) }),
      'crossEntropy: expected weight that requires no gradient, as the loss has none for it; use weight.detach()',
    ],
  ])('with a weight of another %s are refused', (_, act, text) => {
    expect(act).toThrow(text)
  })

  it('that are ignored may be any number, and a target may be int32', () => {
    const all = nllLoss(x, y.to('int32'), { ignoreIndex: 2, reduction: 'none' })
    expect(all.abs().toArray()).toEqual([0, 0])
  })
})

describe('options', () => {
  it.each<[name: string, act: () => unknown, text: string]>([
    [
      'reduction',
      () => mseLoss(x, x, { reduction: 'avg' as 'mean' }),
      'mseLoss: expected reduction to be none, mean or sum, got string "avg"',
    ],
    [
      'reduction of a module',
      () => new MSELoss({ reduction: 'batchmean' as 'mean' }),
      'MSELoss: expected reduction to be none, mean or sum, got string "batchmean"',
    ],
    [
      'reduction of klDiv',
      () => new KLDivLoss({ reduction: 'avg' as 'mean' }),
      'KLDivLoss: expected reduction to be none, mean, sum or batchmean, got string "avg"',
    ],
    [
      'labelSmoothing',
      () => new CrossEntropyLoss({ labelSmoothing: 1.5 }),
      'CrossEntropyLoss: expected labelSmoothing from 0 to 1, got 1.5',
    ],
    [
      'ignoreIndex',
      () => new NLLLoss({ ignoreIndex: 0.5 }),
      'NLLLoss: expected ignoreIndex to be a whole number, got number 0.5',
    ],
    ['beta', () => smoothL1Loss(x, x, { beta: -1 }), 'smoothL1Loss: expected beta of 0 or more, got -1'],
    [
      'beta of a module',
      () => new SmoothL1Loss({ beta: -1 }),
      'SmoothL1Loss: expected beta of 0 or more, got -1',
    ],
    ['delta', () => huberLoss(x, x, { delta: 0 }), 'huberLoss: expected delta greater than 0, got 0'],
    [
      'delta of a module',
      () => new HuberLoss({ delta: -1 }),
      'HuberLoss: expected delta greater than 0, got -1',
    ],
    ['name of an option', () => l1Loss(x, x, { reduce: false } as object), 'l1Loss: '],
    ['reduction by position', () => klDiv(x, x, 'sum' as unknown as object), 'klDiv: '],
    ['weight', () => new BCELoss({ weight: [1, 2] as unknown as Tensor }), 'BCELoss'],
  ])('out of range are refused: %s', (_, act, text) => {
    expect(act).toThrow(text)
  })
})

describe('inputs', () => {
  it.each<[name: string, act: () => unknown, text: string]>([
    [
      'that are no tensor',
      () => mseLoss([1] as unknown as Tensor, x),
      'mseLoss: expected input to be a Tensor',
    ],
    [
      'of integers',
      () => mseLoss(y, y),
      "mseLoss: expected input of floats, got int64; convert with .to('float32')",
    ],
    [
      'that do not broadcast',
      () => l1Loss(x, zeros([2])),
      "l1Loss: expected target of the input's shape, (2, 3), got (2)",
    ],
    [
      'of another size, for BCE',
      () => binaryCrossEntropy(x, zeros([3])),
      "binaryCrossEntropy: expected target of the input's shape, (2, 3), got (3)",
    ],
    [
      'of another size, with logits',
      () => new BCEWithLogitsLoss().forward(x, zeros([3])),
      'BCEWithLogitsLoss.forward: expected target of',
    ],
    [
      'that are no probabilities',
      () => binaryCrossEntropy(tensor([0.5, 1.5]), zeros([2])),
      'binaryCrossEntropy: expected input of probabilities, from 0 to 1, got 1.5; apply a sigmoid, or use binaryCrossEntropyWithLogits',
    ],
    [
      'of bools',
      () => binaryCrossEntropyWithLogits(x, x.eq(0)),
      "expected target of float32 or float64, got bool; convert with .to('float32')",
    ],
    [
      'of half precision',
      () => crossEntropy(x.to('float16'), y),
      'crossEntropy: expected input of float32 or float64, got float16',
    ],
  ])('%s are refused', (_, act, text) => {
    expect(act).toThrow(text)
  })

  it('that are stretched give a warning', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect(mseLoss(zeros([3, 1]), ones([3])).item()).toBe(1)
    expect(warn.mock.calls[0]?.[0]).toContain(
      'mseLoss: target of shape (3) and input of shape (3, 1) are stretched',
    )
    expect(mseLoss(zeros([3]), ones([3])).item()).toBe(1)
    expect(warn).toHaveBeenCalledTimes(1)
    warn.mockRestore()
  })
})

describe('ctcLoss', () => {
  const logProbs = randn([5, 2, 4]).logSoftmax(2)
  const labels = tensor([
    [1n, 2n],
    [3n, 0n],
  ])

  it.each<[name: string, act: () => unknown, text: string]>([
    [
      'a label beyond the classes',
      () =>
        ctcLoss(
          logProbs,
          tensor([
            [1n, 4n],
            [3n, 0n],
          ]),
          [5, 5],
          [2, 1],
        ),
      'ctcLoss: expected labels from 0 to 3 other than blank, 0, got 4 in the targets of sequence 0',
    ],
    [
      'blank as a label',
      () => ctcLoss(logProbs, labels, [5, 5], [2, 2]),
      'ctcLoss: expected labels from 0 to 3 other than blank, 0, got 0 in the targets of sequence 1',
    ],
    [
      'a negative label',
      () =>
        new CTCLoss().forward(
          logProbs,
          tensor([
            [1n, -1n],
            [3n, 0n],
          ]),
          [5, 5],
          [2, 1],
        ),
      'CTCLoss.forward: expected labels',
    ],
    [
      'a length beyond T',
      () => ctcLoss(logProbs, labels, [5, 6], [2, 1]),
      'ctcLoss: expected inputLengths of at most 5, the timesteps of logProbs (5, 2, 4), got 6',
    ],
    [
      'a length beyond the targets',
      () => ctcLoss(logProbs, labels, [5, 5], [2, 3]),
      'ctcLoss: expected targetLengths of at most 2, as targets (2, 2) has no more, got 3',
    ],
    [
      'a negative length',
      () => ctcLoss(logProbs, labels, [5, -1], [2, 1]),
      'ctcLoss: expected inputLengths of 0 or more, got -1',
    ],
    [
      'lengths of another batch',
      () => ctcLoss(logProbs, labels, [5], [2, 1]),
      'ctcLoss: expected inputLengths of 2 sequences, got 1 numbers',
    ],
    [
      'a length that is no whole number',
      () => ctcLoss(logProbs, labels, [5, 1.5], [2, 1]),
      'ctcLoss: expected every number of inputLengths to be a whole number, got number 1.5',
    ],
    [
      'no lengths',
      () => Reflect.apply(ctcLoss, null, [logProbs, labels]),
      'ctcLoss: expected inputLengths to be an array or an int64 Tensor, got undefined',
    ],
    [
      'too few joined targets',
      () => ctcLoss(logProbs, tensor([1n, 2n]), [5, 5], [2, 1]),
      'ctcLoss: expected as many targets as targetLengths in all, 3, got 2',
    ],
    [
      'targets of another batch',
      () => ctcLoss(logProbs, zeros([3, 2], { dtype: 'int64' }), [5, 5], [2, 1]),
      'ctcLoss: expected targets (2, S), or those of all sequences one after the other, got shape (3, 2)',
    ],
    [
      'targets of floats',
      () => ctcLoss(logProbs, zeros([2, 2]), [5, 5], [2, 1]),
      'ctcLoss: expected targets of labels, int64 or int32, got float32',
    ],
    [
      'a blank that is no class',
      () => ctcLoss(logProbs, labels, [5, 5], [2, 1], { blank: 4 }),
      'ctcLoss: expected blank to be one of 4 classes, from 0 to 3, got 4',
    ],
    [
      'log probabilities of one dimension',
      () => ctcLoss(zeros([5]), labels, 5, 2),
      'ctcLoss: expected logProbs (T, N, C), or (T, C) unbatched, got shape (5)',
    ],
  ])('refuses %s', (_, act, text) => {
    expect(act).toThrow(text)
  })

  it('behind a logSoftmax has the gradients of differences', () => {
    const x = randn([5, 2, 4], { dtype: 'float64', requiresGrad: true })
    for (const reduction of ['none', 'mean', 'sum'] as const) {
      expect(
        gradcheck((input) => ctcLoss(input.logSoftmax(2), labels, [5, 4], [2, 1], { reduction }), [x]),
      ).toBe(true)
    }
  })

  it('says that its gradient has none', () => {
    const x = new Tensor(logProbs, true)
    const loss = ctcLoss(x, labels, [5, 4], [2, 1])
    loss.backward(null, { createGraph: true })
    expect(x.grad?.requiresGrad).toBe(true)
    expect(() => x.grad?.sum().backward()).toThrow(
      'ctcLoss: its gradient has no gradient, as in PyTorch; call backward() without { createGraph: true }',
    )
  })
})
