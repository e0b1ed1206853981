import {
  defaultEngine,
  defaultHostEngine,
  describeValue,
  type Engine,
  type HostEngine,
  onHostEngine,
} from '@unroll/kernels'
import { RuntimeError } from '@unroll/tensor'
import { checkFunction } from './arguments.ts'
import type { ForwardHooks } from './forwardHooks.ts'
import { hidden } from './hidden.ts'
import { isAsNear } from './overrides.ts'

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
 * The engine a module computes on: the one it was moved to, else the default one. Some cannot compute on a device: those
 * of a class whose static `hostOnly` is true, and those with a `forward` but no `forwardAsync` of their own. Moved to one,
 * they compute on the default engine of the host, and say so. Layers ask this way and not by `this.engine`, which a proxy
 * around the module hands out wrapped.
 */
export function engineOf(module: object): Engine {
  checkObject('engineOf', module)
  const engine = moduleState(module).engine ?? defaultEngine()
  return engine.kind === 'device' && isHostOnly(module) ? defaultHostEngine() : engine
}

/**
 * The engine a module computes on at once.
 * @param who the module, as messages name it
 * @throws RuntimeError if it is a device's
 */
export function hostEngineOf(module: object, who: string, method = 'forward'): HostEngine {
  const engine = engineOf(module)
  if (engine.kind === 'host') return engine
  throw new RuntimeError(
    `${who}.${method}: engine ${engine.name} computes asynchronously; use await ${who}.forwardAsync(...)`,
  )
}

/** Lets the operations on tensors that `compute` makes run on the module's engine; synchronous. */
export function onOwnEngine<T>(module: object, compute: () => T): T {
  checkFunction('onOwnEngine', 'compute', compute)
  const engine = engineOf(module)
  return engine.kind === 'host' ? onHostEngine(engine, compute) : compute()
}

function isHostOnly(module: object): boolean {
  return Reflect.get(module.constructor, 'hostOnly') === true || !isAsNear(module, 'forwardAsync', 'forward')
}

/**
 * What engines hold for a module, such as its packed weights: made by `make` on first use, given back by the module's
 * `dispose()`. It works through proxies around the module, and neither comparisons nor clones nor consoles show it.
 *
 * ```ts
 * const { weight } = model.head
 * const resident = residentOf(model, 'head', () => new Resident())
 * const pack = () => engine.packMatrix({ b: weight.data, k: 20, n: 3, transposeB: true })
 * resident.current(engine, [weight], pack).byteLength   // 240
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
