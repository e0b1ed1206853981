import { parseResult, ResultFileError } from '../result/resultFile.ts'
import type { Run } from './runs.ts'
import { LinkError } from './share.ts'
import type { Texts } from './texts.ts'

/** Far above the largest result, in bytes. */
const largest = 32 * 2 ** 20

class LargeFileError extends Error {
  override readonly name = 'LargeFileError'
}

/**
 * Reads a result that somebody saved.
 * @throws LargeFileError, ResultFileError
 */
export async function openFile(file: File): Promise<Run> {
  if (file.size > largest)
    throw new LargeFileError(`openFile: expected at most ${largest} bytes, got ${file.size}`)
  return { id: file.name.replace(/\.json$/, ''), source: 'file', result: parseResult(await file.text()) }
}

/** The message for a file or link that could not be read. */
export function explain(error: unknown, name: string, { errors }: Texts): string {
  if (error instanceof LinkError) return errors.link
  if (error instanceof LargeFileError) return errors.large(name)
  if (error instanceof ResultFileError) {
    return error.kind === 'fields' ? errors.fields(name, error.message) : errors[error.kind](name)
  }
  return errors.fields(name, error instanceof Error ? error.message : String(error))
}
