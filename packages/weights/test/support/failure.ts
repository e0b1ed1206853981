import { expect } from 'vitest'
import { CheckpointError } from '../../src/index.ts'

/** The error that a promise fails with. It must be exactly of `kind`, name the file, and be safe to print. */
export async function failureOf<T extends CheckpointError>(
  promise: Promise<unknown>,
  kind: new (...args: never[]) => T,
): Promise<CheckpointError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(CheckpointError)
  if (!(error instanceof CheckpointError)) throw error
  expect(`${error.name}: ${error.message}`).toContain(kind.name)
  expect(error.constructor).toBe(kind)
  expect(error.message.startsWith(error.file)).toBe(true)
  expect(error.message.length).toBeLessThan(2000)
  expect(error.message).not.toMatch(/\p{Cc}/u)
  return error
}
