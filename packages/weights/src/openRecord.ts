import { unsupportedFormat } from './detectFormat.ts'
import { quote, UnsupportedFormatError } from './errors.ts'
import { openBytes } from './source/memorySource.ts'
import { Source } from './source/source.ts'
import type { ZipArchive } from './zip/zipArchive.ts'

/** How the names of checkpoints end. Which kind each is, its content tells. */
const checkpointName = /\.(pt|pth|pt2|bin|ckpt|pkl|pickle|jit|ptl|th|tar|model|safetensors|npy|npz)$/i

/** What torch.export.save wrote before PyTorch 2.8, beside the program and more. */
const exported = 'serialized_state_dict.pt'

/**
 * The checkpoint in an archive that is none itself: a file that was put into a zip archive.
 * @param record which one, of several
 * @throws UnsupportedFormatError if there is none, or several and nothing says which
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

/** Names that a message gives. */
const namedRecords = 5

function someOf(names: readonly string[]): string {
  const some = names.slice(0, namedRecords).map(quote).join(', ')
  const more = names.length > namedRecords ? `, and ${names.length - namedRecords} more` : ''
  return some === '' ? 'nothing' : some + more
}

/** Zip archives that are known, but hold nothing that is read. */
function foreignKind(names: readonly string[]): string | null {
  if (names.some((name) => /^[^/]+\/model\.json$/.test(name))) {
    return 'a TorchScript archive of PyTorch 1.0 to 1.3'
  }
  if (names.includes('config.json') && names.some((name) => name.endsWith('.h5'))) return 'a Keras archive'
  return null
}
