import { unsupportedFormat } from '../detectFormat.ts'
import { CorruptCheckpointError, quote, UnsupportedFormatError } from '../errors.ts'
import { limits } from '../limits.ts'
import { unpickle } from '../pickle/unpickle.ts'
import type { Source } from '../source/source.ts'
import { ZipArchive } from '../zip/zipArchive.ts'
import type { TorchCheckpoint } from './checkpoint.ts'

/**
 * Opens what torch.save has written since PyTorch 1.6: a zip of `<root>/data.pkl`, `<root>/data/<key>`,
 * `<root>/version` and, in newer files, `<root>/byteorder`. Of the storages nothing is read yet.
 * @throws UnsupportedFormatError for archives of other kinds, which are named
 */
export async function openZipCheckpoint(source: Source): Promise<TorchCheckpoint> {
  const archive = await ZipArchive.open(source)
  const file = source.name
  const root = rootOf(archive)
  await checkVersion(archive, root)
  const bigEndian = await isBigEndian(archive, root)

  const at = { file, record: `${root}/data.pkl` }
  const pickleBytes = archive.entries.get(at.record)?.size ?? 0
  if (pickleBytes > limits.pickleBytes) {
    throw new CorruptCheckpointError(`pickle of ${pickleBytes} bytes, the limit is ${limits.pickleBytes}`, at)
  }
  const bytes = await archive.read(at.record)
  const pickle = unpickle(bytes, at)
  if (pickle.end !== bytes.length) {
    throw new CorruptCheckpointError(`${bytes.length - pickle.end} bytes follow the pickle`, {
      ...at,
      offset: pickle.end,
    })
  }
  const nameOf = (key: string): string => `${root}/data/${key}`
  return {
    pickle,
    at,
    bigEndian,
    storageBytes: (key) => archive.entries.get(nameOf(key))?.size ?? null,
    readStorage: ({ key }) => archive.read(nameOf(key)),
    locate: ({ key }) => ({ file, record: nameOf(key) }),
  }
}

/** The folder that all records are in. Its name is free: the file's own at saving, or `archive`. */
function rootOf(archive: ZipArchive): string {
  const file = archive.source.name
  const names = [...archive.entries.keys()]
  const roots = new Set(names.map((name) => name.split('/', 1)[0] ?? name))
  const kind = foreignKind(names)
  if (kind !== null) throw unsupportedFormat(kind, file)
  const pickled = names.filter((name) => /^[^/]+\/data\.pkl$/.test(name))
  const [root] = roots
  if (pickled.length === 0 || root === undefined) {
    const some = names.slice(0, 3).map(quote).join(', ')
    throw new UnsupportedFormatError(
      `is a zip archive without a record data.pkl, so no PyTorch checkpoint; it holds ${some || 'nothing'}`,
      { file },
    )
  }
  if (roots.size > 1) {
    const some = [...roots].slice(0, 3).map(quote).join(', ')
    throw new CorruptCheckpointError(`records should be in one folder, but there are ${some}`, { file })
  }
  return root
}

/** Zip archives that are known, but hold no pickled state dict. */
function foreignKind(names: readonly string[]): string | null {
  if (names.some((name) => /^[^/]+\/constants\.pkl$/.test(name))) return 'a TorchScript archive'
  if (names.some((name) => /^[^/]+\/model\.json$/.test(name)))
    return 'a TorchScript archive of PyTorch 1.0 to 1.3'
  if (names.some((name) => /^[^/]+\/(models|archive_format|archive_version)\b/.test(name)))
    return 'a torch.export archive'
  if (names.length > 0 && names.every((name) => name.endsWith('.npy'))) return 'a NumPy .npz archive'
  if (names.includes('config.json') && names.some((name) => name.endsWith('.h5'))) return 'a Keras archive'
  return null
}

/** PyTorch reads versions 1 to 10. */
async function checkVersion(archive: ZipArchive, root: string): Promise<void> {
  const text = await smallText(archive, `${root}/version`)
  if (text !== null && /^([1-9]|10)$/.test(text)) return
  const got = text === null ? 'none' : quote(text)
  throw new UnsupportedFormatError(`expected format version 1 to 10 in record version, got ${got}`, {
    file: archive.source.name,
  })
}

/** Files without the record are little-endian. */
async function isBigEndian(archive: ZipArchive, root: string): Promise<boolean> {
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
  return new TextDecoder().decode(await archive.read(name)).trim()
}
