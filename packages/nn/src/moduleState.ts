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

/** The state of a module that is not in its properties. */
interface ModuleState {
  /** For each buffer's name, whether it belongs in the state dict. */
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
 * The engine that a module computes on: the one it was moved to, or the default one. Some modules cannot compute on a
 * device: those whose class has a static `hostOnly` that is true, and those with their own `forward` but without their
 * own `forwardAsync`. If such a module is moved to a device, it computes on the host's default engine, and its `engine`
 * says so. Layers call this function instead of `this.engine`: a proxy around the module would wrap that engine.
 */
export function engineOf(module: object): Engine {
  checkObject('engineOf', module)
  const engine = moduleState(module).engine ?? defaultEngine()
  return engine.kind === 'device' && isHostOnly(module) ? defaultHostEngine() : engine
}

/**
 * The engine that a module computes on, if it is synchronous.
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

/** Runs `compute`, which is synchronous, with its tensor operations on the module's engine. */
export function onOwnEngine<T>(module: object, compute: () => T): T {
  checkFunction('onOwnEngine', 'compute', compute)
  const engine = engineOf(module)
  return engine.kind === 'host' ? onHostEngine(engine, compute) : compute()
}

function isHostOnly(module: object): boolean {
  return Reflect.get(module.constructor, 'hostOnly') === true || !isAsNear(module, 'forwardAsync', 'forward')
}

/**
 * What engines hold for a module, such as its packed weights. `make` creates it on first use, and the module's
 * `dispose()` frees it. It works through proxies around the module. Comparisons, clones and consoles do not see it.
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
  // Each key has one `make`, and so one type.
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
