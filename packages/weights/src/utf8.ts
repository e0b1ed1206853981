/** Decodes bytes to text. */
export interface TextReader {
  decode(bytes: Uint8Array): string
}

/**
 * UTF-8. A byte order mark at the start is kept.
 * @throws TypeError if the bytes are not UTF-8
 */
export const strictUtf8: TextReader = { decode: (bytes) => decode(bytes, true) }

/** UTF-8, with the replacement character U+FFFD for invalid bytes. */
export const lossyUtf8: TextReader = { decode: (bytes) => decode(bytes, false) }

/** One byte a character. */
export const latin1: TextReader = {
  decode(bytes) {
    let text = ''
    for (let at = 0; at < bytes.length; at += joined) {
      text += String.fromCharCode(...bytes.subarray(at, at + joined))
    }
    return text
  },
}

/** The platform's decoders; null in audio worklets, which have none. */
let platform: { readonly strict: TextDecoder; readonly lossy: TextDecoder } | null | undefined

function decode(bytes: Uint8Array, fatal: boolean): string {
  if (platform === undefined) {
    const of = (strict: boolean): TextDecoder => new TextDecoder('utf-8', { fatal: strict, ignoreBOM: true })
    platform = typeof TextDecoder === 'undefined' ? null : { strict: of(true), lossy: of(false) }
  }
  if (platform === null) return decodeUtf8(bytes, fatal)
  return (fatal ? platform.strict : platform.lossy).decode(bytes)
}

/** Characters that are joined at once. Some engines do not take more arguments. */
const joined = 8192

/**
 * Does what `TextDecoder` does, where that is missing (https://encoding.spec.whatwg.org/#utf-8-decoder).
 * @param fatal whether invalid bytes are an error; otherwise each run of bytes that begins a character but does not end it becomes
 * one U+FFFD
 * @throws TypeError if `fatal` and the bytes are not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array, fatal: boolean): string {
  let text = ''
  let codes: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const { code, length } = characterAt(bytes, at)
    if (code === null && fatal) throw new TypeError(`byte ${at} is not UTF-8`)
    codes.push(code ?? 0xfffd)
    at += length
    if (codes.length === joined) {
      text += String.fromCodePoint(...codes)
      codes = []
    }
  }
  return text + String.fromCodePoint(...codes)
}

interface Character {
  /** The code point; null for invalid bytes. */
  readonly code: number | null
  /** How many bytes it takes. */
  readonly length: number
}

function characterAt(bytes: Uint8Array, start: number): Character {
  const first = bytes[start] ?? 0
  if (first < 0x80) return { code: first, length: 1 }
  const following = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1
  // C0 and C1 would be longer than necessary, F5 and above are beyond U+10FFFF, and those below do not start a character.
  if (first < 0xc2 || first > 0xf4) return { code: null, length: 1 }
  let code = first & (0x3f >> following)
  for (let i = 1; i <= following; i++) {
    const byte = bytes[start + i] ?? 0
    const [least, most] = i === 1 ? secondByte(first) : [0x80, 0xbf]
    if (byte < least || byte > most) return { code: null, length: i }
    code = (code << 6) | (byte & 0x3f)
  }
  return { code, length: following + 1 }
}

/** Refuses forms longer than necessary (E0, F0), halves of surrogate pairs (ED), and what is beyond U+10FFFF (F4). */
function secondByte(first: number): readonly [least: number, most: number] {
  if (first === 0xe0) return [0xa0, 0xbf]
  if (first === 0xed) return [0x80, 0x9f]
  if (first === 0xf0) return [0x90, 0xbf]
  if (first === 0xf4) return [0x80, 0x8f]
  return [0x80, 0xbf]
}

/** The bytes of text. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  // Audio worklets lack it.
  if (typeof TextEncoder !== 'undefined') return new TextEncoder().encode(text)
  const bytes: number[] = []
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f))
    else {
      if (code < 0x10000) bytes.push(0xe0 | (code >> 12))
      else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f))
      bytes.push(0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
    }
  }
  return Uint8Array.from(bytes)
}
