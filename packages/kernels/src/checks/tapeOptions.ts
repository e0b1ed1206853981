import { describeValue, optionsOf } from '../arguments.ts'
import type { TapeOptions } from '../contract/training.ts'

/** What a tape keeps, with the default filled in. */
export type Keep = NonNullable<TapeOptions['keep']>

/**
 * Checks the options of a recorded call.
 * @throws TypeError on options or a `keep` of another type, RangeError on a `keep` that there is not
 */
export function checkTapeOptions(options: TapeOptions | undefined): Keep {
  // What modules pass: reading options takes longer than all else that a tape of arguments does.
  if (isOnlyWord(options)) return options.keep
  const { keep } = optionsOf('training.recurrent', options, defaults)
  if (keep === 'states' || keep === 'arguments') return keep
  const expected = "expected keep to be 'states', 'arguments' or { checkpointEvery: timesteps }"
  if (typeof keep !== 'object' || keep === null || Object.keys(keep).join() !== 'checkpointEvery') {
    const message = `training.recurrent: ${expected}, got ${describeValue(keep)}`
    throw typeof keep === 'string' ? new RangeError(message) : new TypeError(message)
  }
  const { checkpointEvery } = keep
  if (Number.isInteger(checkpointEvery) && checkpointEvery > 0) return keep
  throw new RangeError(
    `training.recurrent: expected checkpointEvery to be a whole number of at least 1, got ${describeValue(checkpointEvery)}`,
  )
}

const defaults: { keep: Keep } = { keep: 'states' }

/** Whether they are `{ keep: 'states' }` or `{ keep: 'arguments' }`. */
function isOnlyWord(options: TapeOptions | undefined): options is { keep: 'states' | 'arguments' } {
  if (options?.keep !== 'states' && options?.keep !== 'arguments') return false
  for (const key in options) if (key !== 'keep') return false
  return true
}
