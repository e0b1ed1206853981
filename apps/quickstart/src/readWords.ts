import { readFile } from 'node:fs/promises'
import { UserError } from './userError.ts'

/**
 * The lines of a UTF-8 text file, one word each; empty lines stay, so that readings can be matched with lines.
 * @throws UserError if the file cannot be read, is not UTF-8, or has no lines
 */
export async function readWords(path: string): Promise<string[]> {
  const lines = (await readText(path)).split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop() // what stands behind the last line's end
  if (lines.every((line) => line.trim() === '')) throw new UserError(`${path}: no words; expected one a line`)
  return lines
}

/**
 * The text of a UTF-8 file.
 * @throws UserError if the file cannot be read, or is not UTF-8
 */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`${path}: ${reasons[error.code ?? ''] ?? error.message}`)
  })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UserError(
      `${path}: not UTF-8 text; convert it first, for example with iconv -f latin1 -t utf-8`,
    )
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'no such file',
  EISDIR: 'a folder; expected a text file',
  EACCES: 'not allowed to read it',
}
