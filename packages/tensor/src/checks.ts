// Checks of arguments that are plain values.

import { describeValue } from '@unroll/kernels'

/**
 * @param what they are: `sizes`, `dims`
 * @throws TypeError unless `list` is an array of integers
 */
export function checkIntegers(who: string, what: string, list: unknown): asserts list is readonly number[] {
  if (!Array.isArray(list)) {
    throw new TypeError(`${who}: expected ${what} as an array of integers, got ${describeValue(list)}`)
  }
  for (let i = 0; i < list.length; i++) {
    if (Number.isInteger(list[i])) continue
    throw new TypeError(
      `${who}: expected ${what} to be integers, got ${describeValue(list[i])} at index ${i}`,
    )
  }
}

/** @throws TypeError unless `value` is an integer */
export function checkInteger(who: string, what: string, value: unknown): asserts value is number {
  if (Number.isInteger(value)) return
  throw new TypeError(`${who}: expected ${what} to be an integer, got ${describeValue(value)}`)
}

/** @throws TypeError unless `value` is a number. NaN is accepted. */
export function checkNumber(who: string, what: string, value: unknown): asserts value is number {
  if (typeof value === 'number') return
  throw new TypeError(`${who}: expected ${what} to be a number, got ${describeValue(value)}`)
}

/** @throws TypeError unless `value` is true or false */
export function checkFlag(who: string, what: string, value: unknown): asserts value is boolean {
  if (typeof value === 'boolean') return
  throw new TypeError(`${who}: expected ${what} to be true or false, got ${describeValue(value)}`)
}

/** Refuses arguments that PyTorch has and this package lacks. Ignoring them would give wrong numbers. */
export function refuseMore(who: string, rest: readonly unknown[], remedy: string): void {
  if (rest.length === 0) return
  throw new TypeError(`${who}: expected no more arguments, got ${describeValue(rest[0])}; ${remedy}`)
}

/** @throws TypeError unless `value` is a function. `remedy` follows: `; write noGrad(() => ...)` */
export function checkFunction(who: string, value: unknown, remedy = ''): void {
  if (typeof value === 'function') return
  throw new TypeError(`${who}: expected a function, got ${describeValue(value)}${remedy}`)
}
