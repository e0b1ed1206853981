import type { OpenedSource } from './source.ts'

/** Bytes in memory. Slices are views: nothing is copied until a tensor is made. */
export function openBytes(bytes: Uint8Array, name = '<bytes>'): OpenedSource {
  return { name, byteLength: bytes.byteLength, slice: (start, end) => bytes.subarray(start, end) }
}
