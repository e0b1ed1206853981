import type { OpenedSource } from './source.ts'

/** A source for bytes in memory. Slices are views: nothing is copied until a tensor is made, so nothing is read in pieces. */
export function openBytes(bytes: Uint8Array, name = '<bytes>'): OpenedSource {
  return {
    name,
    byteLength: bytes.byteLength,
    pieceBytes: Number.POSITIVE_INFINITY,
    slice: (start, end) => bytes.subarray(start, end),
  }
}
