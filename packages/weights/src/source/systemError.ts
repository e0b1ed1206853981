/** The meaning of the operating system's errors, and a remedy. These are libuv's names for errors of files and pipes. */
const meanings: ReadonlyMap<string, readonly [what: string, remedy: string]> = new Map([
  ['EACCES', ['no permission', 'change its permissions, or run as their owner']],
  ['EBUSY', ['in use by the system or another program', 'close that, or name another file']],
  ['EDQUOT', ["this user's share of the disk is full", 'delete something, or name another disk']],
  ['EEXIST', ['a file of this name is there already', 'name another']],
  ['EFBIG', ['larger than a file may be here', 'raise the limit (ulimit -f), or name another disk']],
  ['EINVAL', ['not possible with this file', 'name another']],
  ['EIO', ['the device failed', 'check the disk or the connection to it']],
  ['EISDIR', ['a folder', 'name a file in it']],
  ['ELOOP', ['symbolic links that lead in a circle', 'check where they lead']],
  ['EMFILE', ['too many files are open in this process', 'close some, or raise the limit (ulimit -n)']],
  ['ENAMETOOLONG', ['the name is too long', 'shorten it']],
  ['ENFILE', ['too many files are open on this machine', 'close some']],
  ['ENODEV', ['the device is not there', 'check that the disk is mounted']],
  ['ENOENT', ['no such file or folder', 'check the path']],
  ['ENOMEM', ['the machine has no memory left', 'close some programs']],
  ['ENOSPC', ['no space left on the disk', 'delete something, or name another disk']],
  ['ENOTDIR', ['a part of the path is a file, no folder', 'check the path']],
  ['ENXIO', ['the device is not there', 'name a regular file']],
  ['EPERM', ['not permitted', 'change its permissions, or run as their owner']],
  ['EPIPE', ['nobody reads what is written', 'start the reader first']],
  ['EROFS', ['the disk can only be read', 'name another disk']],
  ['ESTALE', ['the server has no such file any more', 'open it again']],
  ['ETXTBSY', ['a program that runs', 'name another file']],
])

/**
 * Explains an error of the operating system: `ENOENT: no such file or folder; check the path`. Null for other errors.
 */
export function systemErrorText(error: unknown): string | null {
  const code = codeOf(error)
  const meaning = code === null ? undefined : meanings.get(code)
  return meaning === undefined ? null : `${code}: ${meaning[0]}; ${meaning[1]}`
}

/** `ENOENT` and the like; null where an error has none. */
export function codeOf(error: unknown): string | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null
  return typeof code === 'string' ? code : null
}
