import { UnreadableSourceError } from '../errors.ts'
import type { OpenedSource } from './source.ts'

/** A file on disk, read through a handle, never whole. Only where `node:fs` exists. */
export async function openFile(path: string | URL, name: string): Promise<OpenedSource> {
  // Neither sends the bundlers of web pages looking for it, as import and a bare `process` would.
  const { open, stat } = globalThis.process.getBuiltinModule('node:fs/promises')
  // Before opening: opening a pipe would wait for its other end.
  if (!(await stat(path)).isFile()) {
    throw new UnreadableSourceError('is not a regular file', { file: name })
  }
  const handle = await open(path, 'r')
  const { size } = await handle.stat()
  return {
    name,
    byteLength: size,
    async slice(start, end) {
      const bytes = new Uint8Array(end - start)
      let filled = 0
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return filled === bytes.length ? bytes : bytes.subarray(0, filled)
    },
    close: () => handle.close(),
  }
}
