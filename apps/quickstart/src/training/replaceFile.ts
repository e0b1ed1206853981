import { constants } from 'node:fs'
import { access, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UserError } from '../userError.ts'

/** Writes a file whole or not at all: beside the old one, which it then replaces. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.part`
  try {
    await writeFile(temporary, bytes, { flush: true })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw new UserError(`${path}: cannot write it: ${error instanceof Error ? error.message : error}`)
  }
}

/**
 * Tells before hours of work that {@link replaceFile} would fail.
 * @throws UserError
 */
export async function checkOutput(path: string): Promise<void> {
  const folder = dirname(path)
  const isWritable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!isWritable) throw new UserError(`${path}: cannot write it: no folder ${folder} to write to`)
  const isFolder = await stat(path).then(
    (there) => there.isDirectory(),
    () => false,
  )
  if (isFolder) throw new UserError(`${path}: cannot write it: a folder`)
}
