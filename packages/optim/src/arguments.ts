import { describeValue } from '@unroll/kernels'

// Checks of arguments. A wrong type is a TypeError, a number out of range a RangeError.

/** The numbers that an option may be. */
export interface Range {
  readonly least?: number
  /** The option must be greater than this. */
  readonly above?: number
  readonly most?: number
  /** The option must be less than this. */
  readonly below?: number
}

/**
 * @param what the option or argument, as messages name it
 * @throws TypeError unless `value` is a number, RangeError if it is NaN or out of range
 */
export function checkNumber(
  who: string,
  what: string,
  value: unknown,
  range: Range = {},
): asserts value is number {
  const { least = -Infinity, above = -Infinity, most = Infinity, below = Infinity } = range
  if (typeof value !== 'number') {
    throw new TypeError(
      `${who}: expected ${what} to be a number, got ${describeValue(value)}${remedyFor(value)}`,
    )
  }
  const isAbove = above === -Infinity || value > above
  const isBelow = below === Infinity || value < below
  if (value >= least && value <= most && isAbove && isBelow) return
  throw new RangeError(`${who}: expected ${what} to be ${rangeText(range)}, got ${value}`)
}

/** @throws TypeError unless `value` is a whole number, RangeError if it is out of range */
export function checkInteger(
  who: string,
  what: string,
  value: unknown,
  range: Range = {},
): asserts value is number {
  if (!Number.isInteger(value)) {
    throw new TypeError(`${who}: expected ${what} to be a whole number, got ${describeValue(value)}`)
  }
  checkNumber(who, what, value, range)
}

/** @throws TypeError unless `value` is true or false */
export function checkFlag(who: string, what: string, value: unknown): asserts value is boolean {
  if (typeof value === 'boolean') return
  throw new TypeError(`${who}: expected ${what} to be true or false, got ${describeValue(value)}`)
}

/** @throws RangeError unless `value` is one of `words` */
export function checkWord<Word extends string>(
  who: string,
  what: string,
  value: unknown,
  words: readonly Word[],
): asserts value is Word {
  if (words.some((word) => word === value)) return
  const wanted = words.map((word) => `'${word}'`).join(' or ')
  throw new RangeError(`${who}: expected ${what} to be ${wanted}, got ${describeValue(value)}`)
}

/** A value for each group: from a list of as many, or one for all. */
export function perGroup<T>(who: string, what: string, value: T | readonly T[], groups: number): T[] {
  if (!isList(value)) return new Array<T>(groups).fill(value)
  if (value.length === groups) return [...value]
  throw new RangeError(
    `${who}: expected ${what} for each of the ${groups} parameter groups, got ${value.length}`,
  )
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value)
}

function rangeText({ least, above, most, below }: Range): string {
  const parts = [
    least === undefined ? [] : [`at least ${least}`],
    above === undefined ? [] : [`greater than ${above}`],
    most === undefined ? [] : [`at most ${most}`],
    below === undefined ? [] : [`less than ${below}`],
  ].flat()
  return parts.length === 0 ? 'a number' : parts.join(' and ')
}

function remedyFor(value: unknown): string {
  const isTensor = typeof value === 'object' && value !== null && 'item' in value
  return isTensor ? '; its number is item()' : ''
}
