/** A tensor in a fixture file: little-endian elements in logical order, base64. Written by tooling/oracle. */
export interface EncodedArray {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: string
}

export type NumericArray =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>

/** The elements of a fixture's tensor. Node and browsers alike. */
export function decodeArray({ dtype, data }: EncodedArray): NumericArray {
  const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0))
  switch (dtype) {
    case 'float32':
      return new Float32Array(bytes.buffer)
    case 'float64':
      return new Float64Array(bytes.buffer)
    case 'int32':
      return new Int32Array(bytes.buffer)
    case 'int64':
      return new BigInt64Array(bytes.buffer)
    case 'uint8':
    case 'bool':
      return bytes
    default:
      throw new TypeError(`decodeArray: no typed array for dtype ${dtype}`)
  }
}
