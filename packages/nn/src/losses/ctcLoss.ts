import { describeValue } from '@unroll/kernels'
import { checkTensor, elementsOf, RuntimeError, Tensor } from '@unroll/tensor'
import { isRecorded, ofFloats, record, shapeText } from '@unroll/tensor/layers'
import { checkedOptions, checkInteger } from '../arguments.ts'
import { allocateLike, floatsOf } from '../functional/floats.ts'
import { onOwnEngine } from '../moduleState.ts'
import { ctcSequence } from './ctcSequence.ts'
import { Loss } from './loss.ts'
import { checkFloats } from './lossArguments.ts'
import { checkReduction, type LossOptions, reduced } from './reduction.ts'

export interface CTCLossOptions extends LossOptions {
  /** The class that stands for no label. Default 0. */
  readonly blank?: number
  /** Makes the loss and the gradient 0 where no alignment exists. Default false. */
  readonly zeroInfinity?: boolean
}

/** A length for each sequence. */
export type Lengths = readonly number[] | Tensor

const defaults: Required<CTCLossOptions> = { reduction: 'mean', blank: 0, zeroInfinity: false }

/**
 * Connectionist temporal classification: how unlikely labels are, in whatever timesteps they appear (Graves et al., 2006). The mean
 * divides each loss by the number of its labels first. As in PyTorch, the gradient is right for log probabilities that come from a
 * `logSoftmax`, and has none itself.
 *
 * ```ts
 * const logProbs = randn([50, 2, 20]).logSoftmax(2)
 * ctcLoss(logProbs, tensor([[1n, 2n, 3n], [4n, 5n, 0n]]), [50, 40], [3, 2]).shape   // []
 * ```
 * @param logProbs logarithms of probabilities, (T, N, C), or (T, C) unbatched
 * @param targets labels of int64 or int32: (N, S), padded; or those of all sequences, one after the other
 * @param inputLengths (N), timesteps of each sequence, at most T; a number if unbatched
 * @param targetLengths (N), labels of each sequence; a number if unbatched
 * @throws RangeError on an unknown reduction, a label that is not a class or is blank, or a length out of range
 * @throws RuntimeError if the shapes do not fit together
 * @see PyTorch: [torch.nn.functional.ctc_loss](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.ctc_loss.html)
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths | number,
  targetLengths: Lengths | number,
  options?: CTCLossOptions | null,
): Tensor {
  const given = checkedOptions('ctcLoss', options, defaults, 'blank')
  return compute('ctcLoss', logProbs, targets, inputLengths, targetLengths, given)
}

/**
 * {@link ctcLoss} as a module.
 * @see PyTorch: [torch.nn.CTCLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.CTCLoss.html)
 */
export class CTCLoss extends Loss {
  static override readonly name: string = 'CTCLoss'

  readonly blank: number
  readonly zeroInfinity: boolean

  /** @throws TypeError on an unknown option, RangeError on an unknown reduction */
  constructor(options: CTCLossOptions = {}) {
    const { reduction, blank, zeroInfinity } = checkedOptions('CTCLoss', options, defaults, 'blank')
    super('CTCLoss', reduction)
    checkInteger('CTCLoss', 'blank', blank)
    this.blank = blank
    this.zeroInfinity = zeroInfinity
  }

  override forward(
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: Lengths | number,
    targetLengths: Lengths | number,
  ): Tensor {
    return onOwnEngine(this, () =>
      compute('CTCLoss.forward', logProbs, targets, inputLengths, targetLengths, this),
    )
  }
}

function compute(
  who: string,
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths | number,
  targetLengths: Lengths | number,
  { reduction, blank, zeroInfinity }: Required<CTCLossOptions>,
): Tensor {
  checkReduction(who, reduction)
  checkFloats(who, 'logProbs', logProbs)
  checkTensor(who, 'targets', targets)
  if (logProbs.ndim !== 3 && logProbs.ndim !== 2) {
    throw new RuntimeError(
      `${who}: expected logProbs (T, N, C), or (T, C) unbatched, got shape ${shapeText(logProbs.shape)}`,
    )
  }
  const isBatched = logProbs.ndim === 3
  const [T = 0, N = 1, C = 0] = isBatched ? logProbs.shape : [logProbs.size(0), 1, logProbs.size(1)]
  checkInteger(who, 'blank', blank)
  if (blank < 0 || blank >= C) {
    throw new RuntimeError(
      `${who}: expected blank to be one of ${C} classes, from 0 to ${C - 1}, got ${blank}`,
    )
  }
  const steps = lengthsOf(who, 'inputLengths', inputLengths, N)
  checkMost(who, 'inputLengths', steps, T, `the timesteps of logProbs ${shapeText(logProbs.shape)}`)
  const labels = labelsOf(who, targets, lengthsOf(who, 'targetLengths', targetLengths, N), C, blank)

  const x = floatsOf(who, 'logProbs', logProbs)
  const losses = allocateLike(x, N)
  const gradients = isRecorded([logProbs]) ? allocateLike(x, x.length) : null
  for (const [n, own] of labels.entries()) {
    const rows = { x, start: n * C, step: N * C, length: steps[n] ?? 0, classes: C }
    losses[n] = ctcSequence(rows, own, blank, zeroInfinity, gradients)
  }
  const result = ofFloats(losses, isBatched ? [N] : [])
  if (gradients) recordCtc(logProbs, result, ofFloats(gradients, logProbs.shape))
  if (reduction !== 'mean') return reduced(result, reduction)
  const counts = allocateLike(x, N)
  for (const [n, { length }] of labels.entries()) counts[n] = Math.max(length, 1)
  return result.div(ofFloats(counts, result.shape)).mean()
}

/** Records the losses, whose gradients are computed already. */
function recordCtc(logProbs: Tensor, losses: Tensor, gradients: Tensor): void {
  record('CtcLossBackward0', [logProbs], [losses], ({ save }) => {
    const saved = save(gradients)
    return ([g]) => {
      if (!g) return []
      const own = saved()
      const result = own.mul(g.detach().unsqueeze(-1))
      record('CtcLossBackwardBackward', [g, logProbs], [result], () => () => {
        throw new RuntimeError(
          'ctcLoss: its gradient has no gradient, as in PyTorch; call backward() without { createGraph: true }',
        )
      })
      return [result]
    }
  })
}

/** @throws TypeError unless they are whole numbers, RuntimeError unless there are `count` */
function lengthsOf(who: string, what: string, given: Lengths | number, count: number): number[] {
  const list: unknown =
    given instanceof Tensor
      ? Array.from(elementsOf(given), Number)
      : typeof given === 'number'
        ? [given]
        : given
  if (!Array.isArray(list)) {
    throw new TypeError(
      `${who}: expected ${what} to be an array or an int64 Tensor, got ${describeValue(given)}`,
    )
  }
  for (const length of list) checkInteger(who, `every number of ${what}`, length)
  if (list.length !== count) {
    throw new RuntimeError(`${who}: expected ${what} of ${count} sequences, got ${list.length} numbers`)
  }
  const negative = list.find((length) => length < 0)
  if (negative !== undefined) throw new RangeError(`${who}: expected ${what} of 0 or more, got ${negative}`)
  return list
}

function checkMost(who: string, what: string, lengths: readonly number[], most: number, why: string): void {
  const longest = lengths.find((length) => length > most)
  if (longest !== undefined) {
    throw new RangeError(`${who}: expected ${what} of at most ${most}, ${why}, got ${longest}`)
  }
}

/** The labels of each sequence. */
function labelsOf(
  who: string,
  targets: Tensor,
  lengths: readonly number[],
  C: number,
  blank: number,
): number[][] {
  const { dtype, shape } = targets
  if (dtype !== 'int64' && dtype !== 'int32') {
    throw new RuntimeError(
      `${who}: expected targets of labels, int64 or int32, got ${dtype}; convert with .to('int64')`,
    )
  }
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const N = lengths.length
  if (shape.length === 2 ? shape[0] !== N : shape.length !== 1) {
    throw new RuntimeError(
      `${who}: expected targets (${N}, S), or those of all sequences one after the other, got shape ${shapeText(shape)}`,
    )
  }
  const width = shape.length === 2 ? (shape[1] ?? 0) : null
  if (width !== null)
    checkMost(who, 'targetLengths', lengths, width, `as targets ${shapeText(shape)} has no more`)
  else if (N === 1 ? targets.numel < total : targets.numel !== total) {
    throw new RuntimeError(
      `${who}: expected as many targets as targetLengths in all, ${total}, got ${targets.numel}`,
    )
  }
  const elements = Array.from(elementsOf(targets), Number)
  let start = 0
  return lengths.map((length, n) => {
    const first = width === null ? start : n * width
    start += length
    const own = elements.slice(first, first + length)
    for (const label of own) {
      if (label >= 0 && label < C && label !== blank) continue
      throw new RangeError(
        `${who}: expected labels from 0 to ${C - 1} other than blank, ${blank}, got ${label} in the targets of sequence ${n}`,
      )
    }
    return own
  })
}
