import { CorruptCheckpointError, quote, UnsupportedFormatError } from '../errors.ts'
import { unpickle } from '../pickle/unpickle.ts'
import { lossyUtf8 } from '../utf8.ts'
import type { ZipArchive } from '../zip/zipArchive.ts'
import { type PickledObject, StorageTable, type TorchCheckpoint } from './checkpoint.ts'

/** A zip archive with a pickle and, in a folder beside it, storages. */
export interface TorchArchive {
  readonly archive: ZipArchive
  /** The folder that all records are in. */
  readonly root: string
  readonly bigEndian: boolean
  readonly metadata: ReadonlyMap<string, string>
}

/** A zip archive of PyTorch's. Only its version and byte order are read. */
export async function openTorchArchive(archive: ZipArchive): Promise<TorchArchive> {
  const root = rootOf(archive)
  const metadata = new Map([['version', await checkVersion(archive, root)]])
  const bigEndian = await isBigEndian(archive, root)
  metadata.set('byteorder', bigEndian ? 'big' : 'little')
  if (!archive.hasChecksums) metadata.set('checksums', 'none')
  return { archive, root, bigEndian, metadata }
}

/**
 * Opens what torch.save has written since PyTorch 1.6: a zip of `<root>/data.pkl`, `<root>/data/<key>`,
 * `<root>/version` and, in newer files, `<root>/byteorder`. Of the storages nothing is read yet.
 * @throws CorruptCheckpointError, UnsafePickleError
 */
export async function openZipCheckpoint(opened: TorchArchive): Promise<TorchCheckpoint> {
  return { format: 'zip', ...(await openPickle(opened, 'data')) }
}

/** The pickle `<root>/<name>.pkl` with its storages `<root>/<name>/<key>`. */
export async function openPickle(
  { archive, root, bigEndian, metadata }: TorchArchive,
  name: string,
): Promise<PickledObject> {
  const { name: file, limits } = archive.source
  const at = { file, record: `${root}/${name}.pkl` }
  const pickleBytes = archive.entries.get(at.record)?.size ?? 0
  if (pickleBytes > limits.pickleBytes) {
    throw new CorruptCheckpointError(`pickle of ${pickleBytes} bytes, the limit is ${limits.pickleBytes}`, at)
  }
  const bytes = await archive.read(at.record)
  const pickle = unpickle(bytes, at, limits)
  if (pickle.end !== bytes.length) {
    throw new CorruptCheckpointError(`${bytes.length - pickle.end} bytes follow the pickle`, {
      ...at,
      offset: pickle.end,
    })
  }
  const recordOf = (key: string): string => `${root}/${name}/${key}`
  const table = new StorageTable(
    at,
    5,
    (key) => archive.entries.get(recordOf(key))?.size ?? null,
    (key) => ({
      at: { file, record: recordOf(key) },
      bigEndian,
      limits,
      read: () => archive.read(recordOf(key)),
    }),
  )
  return {
    pickle,
    at,
    limits,
    metadata,
    persistent: (record) => table.storage(record),
    embedded: new Map(),
  }
}

const pickleRecord = /^[^/]+\/data\.pkl$/

/** True for archives of torch.save and torch.jit.save, which have a pickle of this name. */
export function isTorchArchive({ entries }: ZipArchive): boolean {
  for (const name of entries.keys()) if (pickleRecord.test(name)) return true
  return false
}

/** The folder that all records are in. Its name is free: the file's own at saving, or `archive`. */
function rootOf(archive: ZipArchive): string {
  const roots = new Set(Array.from(archive.entries.keys(), (name) => name.split('/', 1)[0] ?? name))
  const [root = ''] = roots
  if (roots.size === 1) return root
  const some = [...roots].slice(0, 3).map(quote).join(', ')
  throw new CorruptCheckpointError(`records should be in one folder, but there are ${some}`, {
    file: archive.source.name,
  })
}

/** PyTorch reads versions 1 to 10. */
async function checkVersion(archive: ZipArchive, root: string): Promise<string> {
  const text = await smallText(archive, `${root}/version`)
  if (text !== null && /^([1-9]|10)$/.test(text)) return text
  const got = text === null ? 'none' : quote(text)
  throw new UnsupportedFormatError(`expected format version 1 to 10 in record version, got ${got}`, {
    file: archive.source.name,
  })
}

/** Files without the record are little-endian. */
export async function isBigEndian(archive: ZipArchive, root: string): Promise<boolean> {
  const text = await smallText(archive, `${root}/byteorder`)
  if (text === null || text === 'little') return false
  if (text === 'big') return true
  throw new CorruptCheckpointError(`expected byteorder little or big, got ${quote(text)}`, {
    file: archive.source.name,
    record: `${root}/byteorder`,
  })
}

/** A record of one word; null if there is none. */
async function smallText(archive: ZipArchive, name: string): Promise<string | null> {
  const size = archive.entries.get(name)?.size
  if (size === undefined) return null
  if (size > 64) {
    throw new CorruptCheckpointError(`expected at most 64 bytes, got ${size}`, {
      file: archive.source.name,
      record: name,
    })
  }
  return lossyUtf8.decode(await archive.read(name)).trim()
}
