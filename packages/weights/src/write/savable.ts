import { describeValue } from '@unroll/kernels'
import { InertRecord } from '../torch/inertRecord.ts'

/**
 * Names and values of a Map or plain object.
 * @param what is expected, for the message
 * @param ofModule the remedy if it is a module, an optimiser or the like
 * @throws TypeError for anything else
 */
export function entriesOf<T>(
  who: string,
  what: string,
  value: ReadonlyMap<string, T> | Readonly<Record<string, T>>,
  ofModule?: string,
): (readonly [string, T])[] {
  if (value instanceof Map) return [...value]
  if (isPlainObject(value)) return Object.entries(value)
  throw new TypeError(
    `${who}: expected ${what}, got ${describeValue(value)}${remedyFor(who, value, ofModule)}`,
  )
}

/** True for plain objects such as `{}`, also from another realm; false for arrays and class instances. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, never>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** The end of a message: the remedy for values that are saved by mistake. */
export function remedyFor(
  who: string,
  value: unknown,
  ofModule = `save its tensors: ${who}(module.stateDict())`,
): string {
  if (typeof value !== 'object' || value === null) return ''
  if (value instanceof InertRecord)
    return `, ${value.what}; load did not make it: leave it out of what is saved`
  if ('stateDict' in value) return `; ${ofModule}`
  if (ArrayBuffer.isView(value)) return '; make it a tensor: tensor(array)'
  if ('storage' in value && 'strides' in value) {
    return ' of another copy of @unroll/tensor; let every package use the same one (npm ls @unroll/tensor, npm dedupe)'
  }
  return ''
}
