/** Builds of the wasm engine, best first. */
export type WasmVariant = 'relaxed-simd' | 'simd'

/** What an instance runs. */
export interface WasmKernels {
  readonly variant: WasmVariant
  /** Matrix kernels that keep fewer sums at once: see {@link prefersNarrowKernels}. */
  readonly narrow: boolean
}

/** What this runtime can do with the embedded builds. */
interface Compiling {
  /** The best build that is valid here; null without WebAssembly SIMD. */
  readonly best: WasmVariant | null
  /** Whether there is such a build, but compiling is forbidden. */
  readonly forbidden: boolean
}

let known: Compiling | undefined
let given: { readonly variant: WasmVariant; readonly module: WebAssembly.Module } | null = null

/**
 * The best build this runtime can run; null without WebAssembly SIMD, and where compiling is forbidden. If a module was
 * handed over (see {@link useWasmModule}), its build.
 */
export function wasmVariant(): WasmVariant | null {
  if (given !== null) return given.variant
  const { best, forbidden } = compiling()
  return forbidden ? null : best
}

/** True where this runtime can run a build. */
export function supportsVariant(variant: WasmVariant): boolean {
  const { best, forbidden } = compiling()
  return (
    given?.variant === variant ||
    (!forbidden && (best === variant || (best === 'relaxed-simd' && variant === 'simd')))
  )
}

/** Why this runtime can run no build, with a remedy; null if it can. */
export function wasmObstacle(): string | null {
  if (wasmVariant() !== null) return null
  return compiling().forbidden
    ? forbiddenText
    : 'this runtime has no WebAssembly SIMD; use the reference engine'
}

/** Whether the runtime is able to run WebAssembly, but may not compile it. */
export function compilingIsForbidden(): boolean {
  return compiling().forbidden
}

/** What to do where compiling is forbidden. */
export const forbiddenText: string =
  "compiling WebAssembly is forbidden here; in a page, let script-src of its Content-Security-Policy have 'wasm-unsafe-eval'; " +
  'elsewhere, import @unroll/kernels/simd.wasm as a module and hand it to useWasmModule'

/** Makes this compiled build the one to run. Null goes back to the best embedded one. */
export function giveModule(next: typeof given): void {
  given = next
}

/** The module that was handed over for a build; null if it is to be compiled. */
export function givenModule(variant: WasmVariant): WebAssembly.Module | null {
  return given?.variant === variant ? given.module : null
}

/**
 * Whether matrix kernels that keep few sums at once are faster here. They are on x64 under a V8 before 13.1, as in Node 20 to
 * 23 and Electron 32: its compiler keeps a register for each vector that a turn of a loop loads. (V8's new compiler for
 * WebAssembly, `node --turboshaft-wasm`, does not.) Browsers have newer ones.
 */
export function prefersNarrowKernels(): boolean {
  const node = globalThis.process
  if (node?.arch !== 'x64') return false
  const [major = 0, minor = 0] = (node.versions?.v8 ?? '').split('.').map(Number)
  return major > 0 && (major < 13 || (major === 13 && minor < 1))
}

function compiling(): Compiling {
  known ??= detect()
  return known
}

// f32x4.relaxed_madd takes three operands.
const relaxedMadd = [0xfd, 0x85, 0x02]

function detect(): Compiling {
  if (typeof WebAssembly !== 'object') return { best: null, forbidden: false }
  const plain = moduleOf(...zeros())
  const relaxed = moduleOf(...zeros(), ...zeros(), ...zeros(), ...relaxedMadd)
  const best = WebAssembly.validate(relaxed) ? 'relaxed-simd' : WebAssembly.validate(plain) ? 'simd' : null
  return { best, forbidden: best !== null && !compiles(plain) }
}

/** Validating is allowed even where compiling is not, so it has to be tried. */
function compiles(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    return new WebAssembly.Module(bytes) instanceof WebAssembly.Module
  } catch {
    return false
  }
}

/** `v128.const 0` */
function zeros(): number[] {
  return [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
}

/** A module with one function `() -> v128` of this body. */
function moduleOf(...body: number[]): Uint8Array<ArrayBuffer> {
  const code = [0, ...body, 0x0b]
  // biome-ignore format: one section a line
  return new Uint8Array([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    1, 5, 1, 0x60, 0, 1, 0x7b,
    3, 2, 1, 0,
    10, code.length + 2, 1, code.length, ...code,
  ])
}
