// Checks of arguments that several files make.

import { describeValue } from '@unroll/kernels'

/** @throws TypeError unless `value` is a whole number, RangeError if it is less than `least` */
export function checkCount(
  who: string,
  what: string,
  value: unknown,
  least: number,
): asserts value is number {
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new TypeError(`${who}: expected ${what} to be a whole number, got ${describeValue(value)}`)
  }
  if (value < least) throw new RangeError(`${who}: expected ${what} to be at least ${least}, got ${value}`)
}

/** @throws TypeError unless `value` is true or false */
export function checkFlag(who: string, what: string, value: unknown): asserts value is boolean {
  if (typeof value === 'boolean') return
  throw new TypeError(`${who}: expected ${what} to be true or false, got ${describeValue(value)}`)
}

/** @throws TypeError unless `value` is an array of numbers, RangeError if one of them is refused */
export function checkNumbers(
  who: string,
  what: string,
  value: unknown,
  expected: string,
  accepts: (number: number) => boolean,
): asserts value is readonly number[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`${who}: expected ${what} to be an array of numbers, got ${describeValue(value)}`)
  }
  for (const [i, element] of value.entries()) {
    if (typeof element !== 'number') {
      throw new TypeError(`${who}: expected ${what} to be numbers, got ${describeValue(element)} at ${i}`)
    }
    if (!accepts(element)) {
      throw new RangeError(`${who}: expected ${what} to be ${expected}, got ${element} at ${i}`)
    }
  }
}

/** @throws TypeError unless `value` can be iterated over in every epoch anew */
export function checkIterable(who: string, what: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) {
    throw new TypeError(`${who}: expected ${what} to be iterable, got ${describeValue(value)}`)
  }
  if (!('next' in value)) return
  throw new TypeError(
    `${who}: expected ${what} to begin anew in every epoch, got an iterator, which ends once; write [...${what}]`,
  )
}
