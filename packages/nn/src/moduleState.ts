import { defaultEngine, describeValue, type Engine } from '@unroll/kernels'
import { checkFunction } from './arguments.ts'
import type { ForwardHooks } from './forwardHooks.ts'
import { hidden } from './hidden.ts'

/** What a module knows besides its properties. */
interface ModuleState {
  /** By name, whether the buffer belongs into the state dict. */
  readonly buffers: Map<string, boolean>
  /** Keys that a state dict may lack: see {@link BatchNorm1d}. */
  readonly optional: Set<string>
  engine: Engine | null
  hooks: ForwardHooks | null
  /** What engines hold for it. */
  readonly residents: Map<string, Disposes>
}

interface Disposes {
  dispose(): void
}

export const moduleState: (module: object) => ModuleState = /* @__PURE__ */ hidden('module', () => ({
  buffers: new Map(),
  optional: new Set(),
  engine: null,
  hooks: null,
  residents: new Map(),
}))

/**
 * The engine a module computes on: the one it was moved to, else the default one. Layers ask this way and not by
 * `this.engine`, which a proxy around the module hands out wrapped.
 */
export function engineOf(module: object): Engine {
  checkObject('engineOf', module)
  return moduleState(module).engine ?? defaultEngine()
}

/**
 * What engines hold for a module, such as {@link ResidentWeights}: made by `make` on first use, given back by the module's
 * `dispose()`. It works through proxies around the module, and neither comparisons nor clones nor consoles show it.
 *
 * ```ts
 * const resident = residentOf(model, 'weights', () => new ResidentWeights(spec))
 * engine.recurrent(resident.get(engine, directions), call)
 * ```
 */
export function residentOf<R extends Disposes>(module: object, key: string, make: () => R): R {
  checkObject('residentOf', module)
  const { residents } = moduleState(module)
  // Each key has one maker, and so one type.
  const held = residents.get(key) as R | undefined
  if (held !== undefined) return held
  checkFunction('residentOf', 'make', make)
  const resident = make()
  residents.set(key, resident)
  return resident
}

function checkObject(who: string, module: unknown): void {
  if (typeof module === 'object' && module !== null) return
  throw new TypeError(`${who}: expected a module, got ${describeValue(module)}`)
}
