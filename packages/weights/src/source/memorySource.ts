import type { OpenedSource } from './source.ts'

/** Bytes in memory. Slices are views: nothing is copied until a tensor is made, so no pieces either. */
export function openBytes(bytes: Uint8Array, name = '<bytes>'): OpenedSource {
  return {
    name,
    byteLength: bytes.byteLength,
    pieceBytes: Number.POSITIVE_INFINITY,
    slice: (start, end) => bytes.subarray(start, end),
  }
}
