import { unsupportedFormat } from './detectFormat.ts'
import { quote, UnsupportedFormatError } from './errors.ts'
import { openBytes } from './source/memorySource.ts'
import { Source } from './source/source.ts'
import type { ZipArchive } from './zip/zipArchive.ts'

/** The extensions of checkpoints. The content tells which kind each is. */
const checkpointName = /\.(pt|pth|pt2|bin|ckpt|pkl|pickle|jit|ptl|th|tar|model|safetensors|npy|npz)$/i

/** The record with the weights in what torch.export.save wrote before PyTorch 2.8. */
const exported = 'serialized_state_dict.pt'

/**
 * Opens a checkpoint that was put into a zip archive, as a file among others.
 * @param record its name, if there are several
 * @throws UnsupportedFormatError if there is none, or several and no `record`
 */
export async function openRecord(archive: ZipArchive, record: string | undefined): Promise<Source> {
  const { source, entries } = archive
  const name = record ?? onlyRecord(archive)
  if (!entries.has(name)) {
    throw new UnsupportedFormatError(
      `has no record ${quote(name)}; it holds ${someOf([...entries.keys()])}`,
      {
        file: source.name,
      },
    )
  }
  const bytes = await archive.read(name)
  return new Source(openBytes(bytes, `${source.name}, record ${quote(name)}`), source.context)
}

function onlyRecord({ source, entries }: ZipArchive): string {
  const at = { file: source.name }
  const names = [...entries.keys()]
  const kind = foreignKind(names)
  if (kind !== null) throw unsupportedFormat(kind, source.name)
  // macOS adds a folder of its own to archives.
  const checkpoints = names.filter((name) => checkpointName.test(name) && !name.startsWith('__MACOSX/'))
  const [first] = checkpoints
  if (first === undefined) {
    throw new UnsupportedFormatError(
      `is a zip archive without a record data.pkl, so no PyTorch checkpoint; it holds ${someOf(names)}`,
      at,
    )
  }
  if (checkpoints.length === 1) return first
  if (names.includes(exported)) return exported
  throw new UnsupportedFormatError(
    `is a zip archive of several checkpoints: ${someOf(checkpoints)}; choose one, as in { record: ${quote(first)} }`,
    at,
  )
}

/** A message lists at most this many names. */
const namedRecords = 5

function someOf(names: readonly string[]): string {
  const some = names.slice(0, namedRecords).map(quote).join(', ')
  const more = names.length > namedRecords ? `, and ${names.length - namedRecords} more` : ''
  return some === '' ? 'nothing' : some + more
}

/** Zip archives that are recognised, but hold nothing that can be read. */
function foreignKind(names: readonly string[]): string | null {
  if (names.some((name) => /^[^/]+\/model\.json$/.test(name))) {
    return 'a TorchScript archive of PyTorch 1.0 to 1.3'
  }
  if (names.includes('config.json') && names.some((name) => name.endsWith('.h5'))) return 'a Keras archive'
  return null
}
