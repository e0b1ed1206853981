/** Arrays of numbers as plain data: base64 of their bytes, little-endian. */
interface WireArray {
  readonly array: keyof typeof arrays
  readonly base64: string
}

const arrays = { Float32Array, Float64Array, Int32Array }

/** Plain data with {@link WireArray} in place of every array of numbers. */
export function toWire(value: unknown): unknown {
  if (value instanceof Float32Array) return wireArray('Float32Array', value)
  if (value instanceof Float64Array) return wireArray('Float64Array', value)
  if (value instanceof Int32Array) return wireArray('Int32Array', value)
  return mapped(value, toWire)
}

/** The inverse of {@link toWire}. */
export function fromWire(value: unknown): unknown {
  if (!isWireArray(value)) return mapped(value, fromWire)
  return new arrays[value.array](Uint8Array.from(atob(value.base64), (letter) => letter.charCodeAt(0)).buffer)
}

function mapped(value: unknown, convert: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(convert)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, convert(part)]))
}

function wireArray(
  array: WireArray['array'],
  { buffer, byteOffset, byteLength }: ArrayBufferView,
): WireArray {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength)
  let letters = ''
  for (let i = 0; i < bytes.length; i += 8192) letters += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return { array, base64: btoa(letters) }
}

function isWireArray(value: unknown): value is WireArray {
  return typeof value === 'object' && value !== null && 'base64' in value
}
