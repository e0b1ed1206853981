import { characters, frequent, relaxedSimdEdits, sharedFlags, simd } from './generated/builds.ts'
import { compilingIsForbidden, forbiddenText, givenModule, type WasmVariant } from './support.ts'

/**
 * A build, compiled at once from the embedded text, unless a module was handed over.
 * @param shared whether it takes a memory that can be shared with threads
 * @throws Error where that is forbidden
 */
export function compileBuild(variant: WasmVariant, shared: boolean): WebAssembly.Module {
  const given = givenModule(variant)
  if (given !== null && !shared) return given
  if (compilingIsForbidden()) throw new Error(`wasm engine: ${forbiddenText}`)
  const bytes = buildOf(variant)
  if (!shared) bytes[sharedFlags[variant]] = 1
  return new WebAssembly.Module(bytes)
}

/** The bytes of a build. */
export function buildOf(variant: WasmVariant): Uint8Array<ArrayBuffer> {
  const first = bytesOf(simd)
  return variant === 'simd' ? first : edited(first, bytesOf(relaxedSimdEdits))
}

/** The bytes that a text stands for: scripts/embedBuilds.mjs tells how. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const count = frequent.length
  const bytes = Array.from({ length: 256 }, (_, byte) => byte)
  const order = Uint8Array.of(...frequent, ...bytes.filter((byte) => !frequent.includes(byte)))
  const places = new Uint8Array(128)
  for (let place = 0; place < characters.length; place++) places[characters.charCodeAt(place)] = place
  const out = new Uint8Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    let place = places[text.charCodeAt(at)] ?? 0
    // A sign: the character behind it is one of the bytes that have none of their own.
    if (place >= count) place = (place - count + 1) * count + (places[text.charCodeAt(++at)] ?? 0)
    out[length++] = order[place] ?? 0
  }
  return out.slice(0, length)
}

/** Each edit is numbers of bytes to copy, to leave out and to add, and the bytes to add. What is behind the last one is copied. */
function edited(from: Uint8Array, edits: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(from.length + edits.length)
  let length = 0
  let taken = 0
  for (let at = 0; at < edits.length; ) {
    const copied = numberAt(edits, at)
    at += copied < 128 ? 1 : 2
    const dropped = numberAt(edits, at)
    at += dropped < 128 ? 1 : 2
    const added = numberAt(edits, at)
    at += added < 128 ? 1 : 2
    // Loops, because the first views of small parts take longer than all their bytes.
    for (const end = taken + copied; taken < end; taken++) out[length++] = from[taken] ?? 0
    for (const end = at + added; at < end; at++) out[length++] = edits[at] ?? 0
    taken += dropped
  }
  out.set(from.subarray(taken), length)
  return out.slice(0, length + from.length - taken)
}

/** A number of one byte below 128, else of two: the second counts in 128s. */
function numberAt(edits: Uint8Array, at: number): number {
  const byte = edits[at] ?? 0
  return byte < 128 ? byte : (byte & 127) + 128 * (edits[at + 1] ?? 0)
}
