import { pieces, sharedFlags } from './generated/builds.ts'
import { compilingIsForbidden, forbiddenText, givenModule, type WasmVariant } from './support.ts'

/** The place of each build in the pairs of {@link pieces}. */
const builds: Record<WasmVariant, 0 | 1> = { simd: 0, 'relaxed-simd': 1 }

/**
 * A build, compiled at once from the embedded bytes, unless a module was handed over.
 * @param shared whether it takes a memory that can be shared with threads
 * @throws Error where that is forbidden
 */
export function compileBuild(variant: WasmVariant, shared: boolean): WebAssembly.Module {
  const given = givenModule(variant)
  if (given !== null && !shared) return given
  if (compilingIsForbidden()) throw new Error(`wasm engine: ${forbiddenText}`)
  const bytes = decodeHex(pieces.map((pair) => pair[builds[variant]]))
  if (!shared) bytes[sharedFlags[variant]] = 1
  return new WebAssembly.Module(bytes)
}

/** The bytes of texts in hexadecimal digits, one after the other. */
export function decodeHex(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + text.length / 2, 0))
  let at = 0
  for (const text of texts) {
    for (let i = 0; i < text.length; i += 2) bytes[at++] = (digitAt(text, i) << 4) | digitAt(text, i + 1)
  }
  return bytes
}

/** The value of a digit, 0 to 9 or a to f. */
function digitAt(text: string, i: number): number {
  const code = text.charCodeAt(i)
  return code < 58 ? code - 48 : code - 87
}
