import { describeValue, optionsOf } from '@unroll/kernels'
import { RuntimeError } from '@unroll/tensor'

// Checks of arguments, with one message for each kind of value. The basic checks are in @unroll/kernels.

const words = { boolean: 'true or false', number: 'a number', string: 'a string' } as const

/**
 * Like `optionsOf` of @unroll/kernels, but also checks types: an option whose default is a boolean, a number or a
 * string must have that type.
 * @throws TypeError if `options` is not a plain object, has an unknown key, or has a value of another type
 */
export function checkedOptions<Options extends object>(
  who: string,
  options: Partial<Options> | null | undefined,
  defaults: Options,
  first?: keyof Options & string,
): Options {
  const all = optionsOf(who, options, defaults, first)
  if (all === defaults) return defaults
  for (const [name, value] of Object.entries(all)) {
    const wanted = typeof Reflect.get(defaults, name)
    if (wanted === 'boolean' || wanted === 'number' || wanted === 'string')
      checkType(who, name, value, wanted)
  }
  return all
}

/** @throws TypeError unless `value` has that type; NaN does not count as a number */
export function checkType(
  who: string,
  what: string,
  value: unknown,
  type: 'boolean' | 'number' | 'string',
): void {
  if (typeof value === type && !Number.isNaN(value)) return
  throw new TypeError(`${who}: expected ${what} to be ${words[type]}, got ${describeValue(value)}`)
}

/** @throws TypeError unless `value` is a whole number */
export function checkInteger(who: string, what: string, value: unknown): asserts value is number {
  if (Number.isInteger(value)) return
  throw new TypeError(`${who}: expected ${what} to be a whole number, got ${describeValue(value)}`)
}

/** @throws TypeError unless `value` is a whole number, RangeError if it is less than `least` */
export function checkSize(who: string, what: string, value: unknown, least = 1): asserts value is number {
  checkInteger(who, what, value)
  if (value >= least) return
  const wanted = least === 1 ? 'greater than 0' : `at least ${least}`
  throw new RangeError(`${who}: expected ${what} to be ${wanted}, got ${value}`)
}

/** @throws TypeError unless `value` is a function */
export function checkFunction(who: string, what: string, value: unknown): void {
  if (typeof value === 'function') return
  throw new TypeError(`${who}: expected ${what} to be a function, got ${describeValue(value)}`)
}

/**
 * Checks the sizes of new tensors, which may be 0.
 * @throws TypeError unless all are whole numbers, RuntimeError if one is negative, as in PyTorch
 */
export function checkCounts(who: string, counts: Readonly<Record<string, unknown>>): void {
  for (const [what, count] of Object.entries(counts)) checkInteger(who, what, count)
  for (const [what, count] of Object.entries(counts)) {
    if (typeof count === 'number' && count < 0) {
      throw new RuntimeError(`${who}: expected ${what} to be 0 or more, got ${count}`)
    }
  }
}
