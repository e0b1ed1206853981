import { SourceChangedError, UnreadableSourceError } from '../errors.ts'
import type { OpenedSource } from './source.ts'

/** A file on disk, read through a handle, never whole. Only where `node:fs` exists. */
export async function openFile(path: string | URL, name: string): Promise<OpenedSource> {
  // Bundlers for web pages do not look into this call, as they would into an import or a bare `process`.
  const { open, stat } = globalThis.process.getBuiltinModule('node:fs/promises')
  const { fstatSync } = globalThis.process.getBuiltinModule('node:fs')
  // Checked before opening, because opening a pipe waits for its other end.
  if (!(await stat(path)).isFile()) {
    throw new UnreadableSourceError('is not a regular file', { file: name })
  }
  const handle = await open(path, 'r')
  // The synchronous call takes microseconds on an open file, a tenth of a call through the thread pool.
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
      // Checked after the read: writing sets the time first, so a change before or during the read is seen.
      check()
      return filled === bytes.length ? bytes : bytes.subarray(0, filled)
    },
    close: () => handle.close(),
  }
}

/**
 * Values that change when the file is written to. If another file takes over its name, the handle still reads the old one, which
 * is whole.
 */
interface FileVersion {
  readonly size: bigint
  readonly mtimeNs: bigint
}

/** The clock that stamps files moves in steps of up to 10 ms; on some file systems, of up to two seconds. */
const [clockStepMs, coarseStepMs] = [20, 2000]

/**
 * Waits if a file was written just now, until another write would give it another time. A change within the same step of the
 * clock could not be seen.
 */
async function clockMovesOn({ mtimeNs }: FileVersion): Promise<void> {
  const step = mtimeNs % 1_000_000_000n === 0n ? coarseStepMs : clockStepMs
  const age = Date.now() - Number(mtimeNs / 1_000_000n)
  if (age >= 0 && age < step) await new Promise((done) => setTimeout(done, step - age))
}
