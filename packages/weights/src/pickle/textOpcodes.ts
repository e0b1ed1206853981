import { quote } from '../errors.ts'
import type { Bytes } from '../source/source.ts'
import { latin1 } from '../utf8.ts'
import type { PickleReader } from './pickleReader.ts'

// The opcodes of protocols 0 and 1 whose argument is a line of text. Python 3's own unpickler reads them so.

/** INT: `12`; `00` and `01` are False and True. */
export function textInteger(reader: PickleReader): number | bigint | boolean {
  const text = reader.line()
  if (text === '00' || text === '01') return text === '01'
  return reader.decimal(text)
}

/** FLOAT: what `repr` writes. */
export function textFloat(reader: PickleReader): number {
  const text = reader.line()
  if (text === 'nan') return Number.NaN
  if (/^[+-]?inf$/.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    throw reader.corrupt(`expected a floating-point number, got ${quote(text)}`)
  }
  return Number(text)
}

/** GET and PUT: a memo index in decimal. */
export function textIndex(reader: PickleReader): number {
  const text = reader.line()
  const index = /^\d{1,15}$/.test(text) ? Number(text) : null
  if (index === null) throw reader.corrupt(`expected a memo index, got ${quote(text)}`)
  return index
}

/** STRING: Python 2's `repr` of a str, in quotes. Text where its bytes are UTF-8, else bytes. */
export function textString(reader: PickleReader): string | Bytes {
  const line = reader.lineBytes()
  const mark = line[0]
  const quoted = line.length >= 2 && (mark === 0x22 || mark === 0x27) && line.at(-1) === mark
  if (!quoted) throw reader.corrupt('expected a string in quotes')
  return reader.stringOrBytes(unescapeBytes(line.subarray(1, -1), reader))
}

/** UNICODE: one byte a character, `\uXXXX` and `\UXXXXXXXX` for others. */
export function textUnicode(reader: PickleReader): string {
  const raw = latin1.decode(reader.lineBytes())
  const text = raw.replace(
    /\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})/g,
    (written: string, four?: string, eight?: string) => {
      const code = Number.parseInt(four ?? eight ?? '', 16)
      if (code > 0x10ffff) throw reader.corrupt(`${written} is no character`)
      return String.fromCodePoint(code)
    },
  )
  if (/\p{Surrogate}/u.test(text)) throw reader.corrupt('text is half a surrogate pair')
  return text
}

/** Escapes of one byte, by the letter after the backslash. */
const escapes: ReadonlyMap<string, number> = new Map([
  ['\\', 0x5c],
  ["'", 0x27],
  ['"', 0x22],
  ['a', 0x07],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
])

function unescapeBytes(escaped: Bytes, reader: PickleReader): Bytes {
  const bytes = new Uint8Array(escaped.length)
  let length = 0
  for (let i = 0; i < escaped.length; i++) {
    let byte = escaped[i] ?? 0
    if (byte === 0x5c) {
      const name = String.fromCharCode(escaped[++i] ?? 0)
      const hex = name === 'x' ? String.fromCharCode(...escaped.subarray(i + 1, i + 3)) : null
      const known = hex !== null && /^[\da-f]{2}$/i.test(hex) ? Number.parseInt(hex, 16) : escapes.get(name)
      if (known === undefined) throw reader.corrupt(`unknown escape ${quote(`\\${name}`)} in a string`)
      if (hex !== null) i += 2
      byte = known
    }
    bytes[length++] = byte
  }
  return bytes.subarray(0, length)
}
