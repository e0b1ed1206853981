import { CorruptCheckpointError, UnsupportedFormatError } from './errors.ts'
import type { Format } from './reader.ts'
import type { Bytes, Source } from './source/source.ts'

/** The formats that the first bytes tell apart. The kind of a zip archive or an index is found out later. */
export type Detected = Extract<Format, 'zip' | 'legacy' | 'tar' | 'pickle' | 'safetensors' | 'npy'> | 'index'

/** This many bytes tell all formats apart: the mark of a tar archive ends at 262. */
const headBytes = 512

/**
 * Detects the format from the file's first bytes, never from its name. The kind of a zip archive is told by its directory.
 * @throws UnsupportedFormatError naming the format, where it is a known one
 */
export async function detectFormat(source: Source): Promise<Detected> {
  const file = source.name
  if (source.byteLength === 0) throw new CorruptCheckpointError('is empty', { file, offset: 0 })
  const head = await source.read(0, Math.min(headBytes, source.byteLength))
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04]) || startsWith(head, [0x50, 0x4b, 0x05, 0x06])) return 'zip'
  if (isLegacy(head)) return 'legacy'
  // Checked before the marks: the length of a header can look like a mark (640 like a pickle's, 35615 like gzip's).
  if (isSafetensors(head) && head[7] === 0) return 'safetensors'
  const text = String.fromCharCode(...head)
  if (text.slice(257, 262) === 'ustar') return 'tar'
  if (text.startsWith('\x93NUMPY')) return 'npy'
  if (isPickle(head, text)) return 'pickle'
  const kind = foreignKind(text)
  if (kind !== null) throw unsupportedFormat(kind, file)
  // The length is checked when the header is read.
  if (isSafetensors(head)) return 'safetensors'
  if (/^\s*\{\s*"(metadata|weight_map)"/.test(text)) return 'index'
  if (/^\s*\{\s*"/.test(text)) throw unsupportedFormat('a JSON file', file)
  const bytes = [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  throw unsupportedFormat(`of an unknown format, starting with bytes ${bytes}`, file)
}

/** The refusal of a file that is `kind`. */
export function unsupportedFormat(kind: string, file: string): UnsupportedFormatError {
  return new UnsupportedFormatError(
    `is ${kind}; what is read are files of torch.save, torch.jit.save, torch.export.save and pickle.dump, safetensors, npy and npz`,
    { file, offset: 0 },
  )
}

/** The LONG1 that opens a legacy stream: 0x1950a86a20f9469cfc6c. */
const legacyMagic = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]

const textMagic = [...'L119547037146038801333356L\n'].map((char) => char.charCodeAt(0))

/** The number follows PROTO, from protocol 4 on also a FRAME and its length; in protocols 0 and 1 it is text. */
function isLegacy(head: Bytes): boolean {
  if (startsWith(head, textMagic)) return true
  return head[0] === 0x80 && startsWith(head.subarray(head[2] === 0x95 ? 11 : 2), legacyMagic)
}

/** A safetensors file begins with the length of its header in eight bytes, followed by JSON. */
function isSafetensors(head: Bytes): boolean {
  return head[8] === 0x7b
}

/** Protocols 0 and 1 have no mark, so a dict, a list or a call must be recognised. */
function isPickle(head: Bytes, text: string): boolean {
  if (head[0] === 0x80) return (head[1] ?? 6) <= 5
  return /^(\([dl]p\d+\n|[}\]]q\0|c[\w.]+\n[\w.]+\n[pq(])/.test(text)
}

function foreignKind(text: string): string | null {
  if (text.slice(4, 8) === 'PTMF') return 'a PyTorch Mobile flatbuffer: save it with _use_flatbuffer=False'
  if (text.startsWith('\x89HDF')) return 'an HDF5 file (Keras)'
  if (text.startsWith('GGUF')) return 'a GGUF file'
  if (text.startsWith('\x1f\x8b')) return 'compressed with gzip'
  if (text.startsWith('BZh')) return 'compressed with bzip2'
  if (text.startsWith('\xfd7zXZ')) return 'compressed with xz'
  if (text.startsWith('version https://git-lfs'))
    return 'a Git LFS pointer: the file itself is not here (git lfs pull)'
  if (/^\s*<(!doctype|html|\?xml)/i.test(text))
    return 'a web page: the address probably leads to a page about the file'
  return null
}

function startsWith(bytes: Bytes, prefix: readonly number[]): boolean {
  return prefix.every((byte, i) => bytes[i] === byte)
}
