import { describeValue, optionsOf } from '@unroll/kernels'
import { nextTask } from './nextTask.ts'

export interface PacedOptions {
  /** Stops the loop when it is aborted. */
  readonly signal?: AbortSignal
  /** After how many milliseconds of work others get their turn. Default 10. */
  readonly budget?: number
}

interface Given {
  readonly signal: AbortSignal | undefined
  readonly budget: number
}

/**
 * A loop that lets the page live: whenever `budget` is used up, it waits until the page has handled input and drawn a frame.
 * So no task lasts longer than the budget and one step, and a step is not cut: 50 ms, from which on people notice, allow steps of
 * 40 ms.
 *
 * ```ts
 * const stop = new AbortController()   // stop.abort() ends the loop
 * const loader = new DataLoader([1, 2, 3, 4], { batchSize: 2 })
 * for await (const x of paced(loader, { signal: stop.signal })) {
 *   x.shape   // [2]
 * }
 * ```
 *
 * When `signal` is aborted, the loop throws `signal.reason`, as `fetch` does: an error named AbortError unless `abort()` was given
 * another. That happens between two steps, before anything else is taken from `iterable`. So every batch that a loader gave has
 * gone through the loop, and its `stateDict()` tells the place to go on from.
 *
 * @param iterable what to loop over: a loader, an array, any iterable, asynchronous ones too
 * @throws TypeError if `iterable` is not one, or an option is unknown or of a wrong type
 * @throws RangeError if `budget` is negative
 */
export function paced<Item>(
  iterable: Iterable<Item> | AsyncIterable<Item>,
  options?: PacedOptions | null,
): AsyncIterableIterator<Item> {
  const who = 'paced'
  const isIterable =
    typeof iterable === 'object' &&
    iterable !== null &&
    (Symbol.asyncIterator in iterable || Symbol.iterator in iterable)
  if (!isIterable) {
    throw new TypeError(`${who}: expected something to iterate over, got ${describeValue(iterable)}`)
  }
  const { signal, budget } = optionsOf<Given>(who, options, { signal: undefined, budget: 10 }, 'budget')
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') {
    throw new TypeError(`${who}: expected signal to be an AbortSignal, got ${describeValue(signal)}`)
  }
  if (typeof budget !== 'number') {
    throw new TypeError(`${who}: expected budget to be a number, got ${describeValue(budget)}`)
  }
  if (!(budget >= 0)) throw new RangeError(`${who}: expected budget to be 0 or more, got ${budget}`)
  return walk(iterable, signal, budget)
}

async function* walk<Item>(
  iterable: Iterable<Item> | AsyncIterable<Item>,
  signal: AbortSignal | undefined,
  budget: number,
): AsyncIterableIterator<Item> {
  signal?.throwIfAborted()
  let start = performance.now()
  for await (const item of iterable) {
    yield item
    if (performance.now() - start >= budget) {
      await nextTask()
      start = performance.now()
    }
    signal?.throwIfAborted()
  }
}
