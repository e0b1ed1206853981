import { describeValue, type RecurrentMode } from '@unroll/kernels'
import { checkedOptions, checkSize } from '@unroll/nn'
import { checkTensor, RuntimeError, type Tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'
import type { HiddenState } from './hiddenState.ts'

export interface TruncateOptions {
  /** The input is `(N, L, I)`. Default false. */
  readonly batchFirst?: boolean
}

/** A part of a long sequence, for one step of training. */
export interface Chunk<M extends RecurrentMode> {
  /** `(k, N, I)`, `(N, k, I)` if `batchFirst`, or `(k, I)`; the last one may be shorter. A view. */
  readonly input: Tensor
  /** The state to begin with: that of the chunk before, without its history. */
  readonly hx: HiddenState<M> | null
  /** The first timestep. */
  readonly start: number
  /** The number of timesteps. */
  readonly length: number
  /** Takes the state after this chunk, for the next one. */
  carry(hn: HiddenState<M>): void
}

/**
 * Cuts a long sequence into chunks of `k` timesteps, for truncated backpropagation through time: the state goes on from chunk to
 * chunk, gradients do not.
 * @param x `(L, N, I)`, `(N, L, I)` if `batchFirst`, or `(L, I)`
 * @param hx the state of the first chunk; null for zeros
 * @throws TypeError on an argument of a wrong type, RangeError if `k` is less than 1 or `x` not of 2 or 3 dimensions
 * @throws RuntimeError in the loop, if the state of a chunk was not carried
 *
 * @example
 * for (const chunk of truncate<'LSTM'>(x, null, 2)) {
 *   const [output, hn] = lstm.forward(chunk.input, chunk.hx)
 *   chunk.carry(hn)
 *   output.sum().backward()   // a step of an optimiser may follow
 * }
 */
export function truncate<M extends RecurrentMode>(
  x: Tensor,
  hx: HiddenState<M> | null,
  k: number,
  options?: TruncateOptions | null,
): IterableIterator<Chunk<M>> {
  checkTensor('truncate', 'x', x)
  checkSize('truncate', 'k', k)
  const { batchFirst } = checkedOptions('truncate', options, { batchFirst: false }, 'batchFirst')
  if (x.ndim !== 2 && x.ndim !== 3) {
    throw new RangeError(`truncate: expected x of 2 or 3 dimensions, got ${shapeText(x.shape)}`)
  }
  return chunksOf(x, hx, k, batchFirst && x.ndim === 3 ? 1 : 0)
}

function* chunksOf<M extends RecurrentMode>(
  x: Tensor,
  hx: HiddenState<M> | null,
  k: number,
  dim: number,
): IterableIterator<Chunk<M>> {
  const total = x.size(dim)
  let state = hx === null ? null : detached(hx)
  for (let start = 0; start < total; start += k) {
    const length = Math.min(k, total - start)
    let carried: HiddenState<M> | null = null
    yield {
      input: x.narrow(dim, start, length),
      hx: state,
      start,
      length,
      carry: (hn) => {
        carried = detached(hn)
      },
    }
    state = carried
    if (state === null && start + length < total) {
      throw new RuntimeError(
        `truncate: the state after timestep ${start + length - 1} was not carried; call chunk.carry(hn) in the loop`,
      )
    }
  }
}

/** A state without its history. */
function detached<M extends RecurrentMode>(state: HiddenState<M>): HiddenState<M> {
  const given: unknown = state
  const parts: unknown[] = Array.isArray(given) ? given : [given]
  const free = parts.map((part) => {
    checkTensor('truncate', 'the state', part)
    return part.detach()
  })
  if (Array.isArray(given) && given.length !== 2) {
    throw new TypeError(`truncate: expected a state to be a Tensor or [h, c], got ${describeValue(given)}`)
  }
  // One tensor or two, as it came. TypeScript cannot see that.
  return (Array.isArray(given) ? free : free[0]) as HiddenState<M>
}
