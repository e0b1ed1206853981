import { expect } from 'vitest'
import { CheckpointError } from '../../src/index.ts'

/** The error a promise fails with; it must be of exactly `kind`, and tell the file. */
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
  return error
}
