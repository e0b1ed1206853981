import { SourceChangedError, UnreadableSourceError } from '../errors.ts'
import type { OpenedSource } from './source.ts'

/** A file on disk, read through a handle, never whole. Only where `node:fs` exists. */
export async function openFile(path: string | URL, name: string): Promise<OpenedSource> {
  // Neither sends the bundlers of web pages looking for it, as import and a bare `process` would.
  const { open, stat } = globalThis.process.getBuiltinModule('node:fs/promises')
  const { fstatSync } = globalThis.process.getBuiltinModule('node:fs')
  // Before opening: opening a pipe would wait for its other end.
  if (!(await stat(path)).isFile()) {
    throw new UnreadableSourceError('is not a regular file', { file: name })
  }
  const handle = await open(path, 'r')
  // Of an open file this takes microseconds: a tenth of what asking another thread would.
  const versionNow = (): FileVersion => fstatSync(handle.fd, { bigint: true })
  let opened: FileVersion
  const check = (): void => {
    const now = versionNow()
    if (now.size !== opened.size || now.mtimeNs !== opened.mtimeNs)
      throw new SourceChangedError({ file: name })
  }
  try {
    opened = versionNow()
    await clockMovesOn(opened)
    check()
  } catch (error) {
    await handle.close()
    throw error
  }
  return {
    name,
    byteLength: Number(opened.size),
    async slice(start, end) {
      const bytes = new Uint8Array(end - start)
      let filled = 0
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      // Afterwards: a change before or during the read is seen, since writing sets the time first.
      check()
      return filled === bytes.length ? bytes : bytes.subarray(0, filled)
    },
    close: () => handle.close(),
  }
}

/**
 * What tells that a file was written to. A file that takes another's place, by its name, does not matter: the handle
 * stays with the old one, which is whole.
 */
interface FileVersion {
  readonly size: bigint
  readonly mtimeNs: bigint
}

/** The clock that stamps files moves in steps of up to 10 ms; on some file systems, of up to two seconds. */
const [clockStepMs, coarseStepMs] = [20, 2000]

/**
 * Waits until a file that was written just now would get another time if it were written again: else a change within
 * the same step of the clock could not be seen.
 */
async function clockMovesOn({ mtimeNs }: FileVersion): Promise<void> {
  const step = mtimeNs % 1_000_000_000n === 0n ? coarseStepMs : clockStepMs
  const age = Date.now() - Number(mtimeNs / 1_000_000n)
  if (age >= 0 && age < step) await new Promise((done) => setTimeout(done, step - age))
}
