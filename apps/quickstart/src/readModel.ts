import { fileURLToPath } from 'node:url'
import { load } from '@unroll/weights'
import { Checkpoint } from './checkpoint.ts'
import { UserError } from './userError.ts'

/** One of the files in `model/`, which stands beside both `src/` and `dist/`. */
export function modelPath(name: string): string {
  return fileURLToPath(new URL(`../model/${name}`, import.meta.url))
}

/** A dict that `torch.save` wrote. */
export async function readModel(path: string): Promise<Checkpoint> {
  return new Checkpoint(path, await load(path))
}

/**
 * Reads a file that the user named.
 * @param wanted what the file should be
 * @throws UserError if `read` throws anything
 */
export async function readChecked<T>(path: string, wanted: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error
    const reason = error.message.startsWith(path) ? error.message : `${path}: ${error.message}`
    throw new UserError(`${reason}\nExpected ${wanted}.`, { cause: error })
  }
}
