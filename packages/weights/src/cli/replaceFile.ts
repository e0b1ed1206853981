import { randomUUID } from 'node:crypto'
import { rmSync, type Stats } from 'node:fs'
import { type FileHandle, link, lstat, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import process from 'node:process'
import type { Bytes } from '../source/source.ts'
import { codeOf, systemErrorText } from '../source/systemError.ts'
import { OutputError, UsageError } from './terminal.ts'

/**
 * Writes a file whole or not at all: the content goes into a temporary file beside it, which replaces it once it is on the disk.
 * If anything fails, or a signal ends the process, the temporary file is removed and the old file stays as it was.
 *
 * A symbolic link is kept: the file it leads to is replaced, and keeps its permissions. Pipes and devices are written to directly.
 * @param replace whether an existing file may be replaced; otherwise it is an error
 * @throws OutputError, UsageError as {@link checkOutput}
 */
export async function replaceFile(path: string, bytes: Bytes, replace: boolean): Promise<void> {
  await checkOutput(path, replace)
  try {
    const target = await findTarget(path)
    if (target.old?.isFile() === false) await writeInto(target.path, bytes)
    else await writeBeside(target, bytes, replace)
  } catch (error) {
    const text = systemErrorText(error)
    throw text === null ? error : new OutputError(`cannot write ${path}: ${text}`, { cause: error })
  }
}

/**
 * Fails where {@link replaceFile} is sure to fail, so that this is known before the work begins.
 * @throws UsageError if the file exists and must not be replaced, or is a folder
 */
export async function checkOutput(path: string, replace: boolean): Promise<void> {
  const there = await lstat(path).catch(() => null)
  if (there?.isDirectory()) throw new UsageError(`cannot write ${path}: it is a folder; name a file in it`)
  if (there !== null && !replace) throw new UsageError(`cannot write ${path}: it exists; --force replaces it`)
}

interface Target {
  /** The file that a path leads to through symbolic links. */
  readonly path: string
  /** Null if the file does not exist yet. */
  readonly old: Stats | null
}

async function findTarget(path: string): Promise<Target> {
  const old = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (old !== null) return { path: await realpath(path), old }
  // There is no file, or a link to a missing file, which will be created.
  const leadsTo = await readlink(path).catch(() => null)
  return { path: leadsTo === null ? resolve(path) : resolve(dirname(path), leadsTo), old }
}

async function writeInto(path: string, bytes: Bytes): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(bytes)
  } finally {
    await file.close()
  }
}

async function writeBeside({ path, old }: Target, bytes: Bytes, replace: boolean): Promise<void> {
  // The name is cut: added to a name of the greatest length it would be too long.
  const temporary = join(dirname(path), `.${basename(path).slice(0, 50)}.${randomUUID()}.part`)
  const forget = removeWhenStopped(temporary)
  try {
    await writeSynced(await open(temporary, 'wx'), bytes, old)
    if (replace) await rename(temporary, path)
    else await nameNew(temporary, path)
    await syncFolder(dirname(path))
  } finally {
    await rm(temporary, { force: true })
    forget()
  }
}

async function writeSynced(file: FileHandle, bytes: Bytes, old: Stats | null): Promise<void> {
  try {
    await file.writeFile(bytes)
    if (old !== null) await keepPermissions(file, old)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Only root may give files to others. Otherwise the new file belongs to the user who writes it. */
async function keepPermissions(file: FileHandle, { mode, uid, gid }: Stats): Promise<void> {
  await file.chown(uid, gid).catch(() => undefined)
  await file.chmod(mode & 0o777)
}

/**
 * A hard link, unlike a rename, never replaces a file that was created meanwhile. On file systems without links, the file is
 * checked for just before the rename.
 */
async function nameNew(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch {
    await checkOutput(path, false)
    await rename(temporary, path)
  }
}

/** Writes the folder to the disk, too, so that the name is there. Not every system can; the file is whole without it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

/** Removes a file if a signal ends the process. @returns a function that takes this back */
function removeWhenStopped(path: string): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const stop = (signal: NodeJS.Signals): void => {
    rmSync(path, { force: true })
    forget()
    // The listener is gone, so this signal now ends the process in the usual way.
    process.kill(process.pid, signal)
  }
  const forget = (): void => {
    for (const signal of signals) process.removeListener(signal, stop)
  }
  for (const signal of signals) process.on(signal, stop)
  return forget
}
