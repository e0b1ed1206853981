/** Builds of the wasm engine, best first. */
export type WasmVariant = 'relaxed-simd' | 'simd'

/** What an instance runs. */
export interface WasmKernels {
  readonly variant: WasmVariant
  /** Matrix kernels that keep fewer sums at once: see {@link prefersNarrowKernels}. */
  readonly narrow: boolean
}

let known: WasmVariant | null | undefined

/** The best build this runtime can run; null without WebAssembly SIMD. */
export function wasmVariant(): WasmVariant | null {
  if (known === undefined) known = detect()
  return known
}

/** True where this runtime can run a build. */
export function supportsVariant(variant: WasmVariant): boolean {
  const best = wasmVariant()
  return best === variant || best === 'relaxed-simd'
}

/**
 * Whether matrix kernels that keep few sums at once are faster here: on x64 under a V8 before 13.1, as in Node 20 to 23 and
 * Electron 32, whose compiler keeps a register for each vector that a turn of a loop loads (V8's new compiler for
 * WebAssembly, `node --turboshaft-wasm`, does not). Browsers are younger than that.
 */
export function prefersNarrowKernels(): boolean {
  if (typeof process !== 'object' || process.arch !== 'x64') return false
  const [major = 0, minor = 0] = (process.versions?.v8 ?? '').split('.').map(Number)
  return major > 0 && (major < 13 || (major === 13 && minor < 1))
}

// f32x4.relaxed_madd takes three operands.
const relaxedMadd = [0xfd, 0x85, 0x02]

function detect(): WasmVariant | null {
  if (typeof WebAssembly !== 'object') return null
  if (validates(...zeros(), ...zeros(), ...zeros(), ...relaxedMadd)) return 'relaxed-simd'
  return validates(...zeros()) ? 'simd' : null
}

/** `v128.const 0` */
function zeros(): number[] {
  return [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
}

/** Whether a module with one function `() -> v128` of this body is valid here. */
function validates(...body: number[]): boolean {
  const code = [0, ...body, 0x0b]
  // biome-ignore format: one section a line
  const module = new Uint8Array([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    1, 5, 1, 0x60, 0, 1, 0x7b,
    3, 2, 1, 0,
    10, code.length + 2, 1, code.length, ...code,
  ])
  return WebAssembly.validate(module)
}
