import { describeValue } from './arguments.ts'
import type { Engine, HostEngine } from './contract/engine.ts'
import { reference } from './reference/reference.ts'
import { compilingIsForbidden, forbiddenText, wasmVariant } from './wasm/support.ts'
import { wasm } from './wasm/wasm.ts'

let chosen: Engine | null = null

/** The engine of the innermost {@link onHostEngine} that is running. */
let current: HostEngine | null = null

/**
 * The engine that modules use by default: {@link wasm} if the runtime has WebAssembly SIMD, else {@link reference}. Its
 * `name` says which. If compiling WebAssembly is forbidden, a warning says so once.
 */
export function defaultEngine(): Engine {
  return chosen ?? best()
}

/** The engine that tensor operations use: the default engine if it is synchronous, else the best synchronous one. */
export function defaultHostEngine(): HostEngine {
  return chosen?.kind === 'host' ? chosen : best()
}

/** The engine that tensor operations use at the moment: that of {@link onHostEngine}, else the default one. */
export function currentHostEngine(): HostEngine {
  return current ?? defaultHostEngine()
}

/**
 * Runs `compute` with its tensor operations on `engine`. So a module computes on its own engine.
 * @param compute has to be synchronous: after an `await`, operations may run on another engine
 *
 * @example
 * onHostEngine(reference, () => input.tanh())
 */
export function onHostEngine<T>(engine: HostEngine, compute: () => T): T {
  const before = current
  current = engine
  try {
    return compute()
  } finally {
    current = before
  }
}

/**
 * Makes `engine` the default of every module that was not moved to one; null restores the automatic choice.
 * @throws TypeError if `engine` is not an engine
 *
 * @example
 * setDefaultEngine(reference)
 */
export function setDefaultEngine(engine: Engine | null): void {
  if (engine !== null && !isEngine(engine)) {
    throw new TypeError(
      `setDefaultEngine: expected an engine or null, got ${describeValue(engine)}; engines are objects: ` +
        'reference and wasm of @unroll/kernels, or what createGpu() of @unroll/gpu gives once it is awaited',
    )
  }
  chosen = engine
}

function isEngine(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    (value.kind === 'host' || value.kind === 'device')
  )
}

function best(): HostEngine {
  if (wasmVariant() !== null) return wasm
  if (compilingIsForbidden()) warnOnce()
  return reference
}

let warned = false

function warnOnce(): void {
  if (warned) return
  warned = true
  console.warn(
    `Unroll: the reference engine computes, which is many times slower than wasm: ${forbiddenText}`,
  )
}
