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
  const bytes = decodeBase64(pieces.map((pair) => pair[builds[variant]]))
  if (!shared) bytes[sharedFlags[variant]] = 1
  return new WebAssembly.Module(bytes)
}

/** The bytes of texts in base64, one after the other. Audio worklets have no `atob`. */
export function decodeBase64(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(128)
  for (let value = 0; value < digits.length; value++) values[digits.charCodeAt(value)] = value
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + (text.length / 4) * 3, 0))
  let at = 0
  for (const text of texts) {
    for (let i = 0; i < text.length; i += 4) {
      let bits = 0
      for (let j = i; j < i + 4; j++) bits = (bits << 6) | (values[text.charCodeAt(j)] ?? 0)
      bytes[at++] = bits >> 16
      bytes[at++] = bits >> 8
      bytes[at++] = bits
    }
    // Each = stands for a byte that is not there.
    at -= text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  }
  return bytes.subarray(0, at)
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
