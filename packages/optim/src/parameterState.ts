import type { FloatArray, FloatDType, HostEngine, Moment } from '@unroll/kernels'

/** All moments of an optimiser. It knows no parameters, so it can outlive the optimiser and free what that left. */
export class MomentStore {
  private readonly moments = new Set<Moment>()

  make(engine: HostEngine, dtype: FloatDType, length: number): Moment {
    const moment = engine.optimizers.moment(dtype, length)
    this.moments.add(moment)
    return moment
  }

  release(moment: Moment): void {
    this.moments.delete(moment)
    moment.dispose()
  }

  dispose(): void {
    for (const moment of this.moments) moment.dispose()
    this.moments.clear()
  }
}

/** What an optimiser keeps for one parameter: how many steps it took, and moments in an engine's memory. */
export class ParameterState {
  /** Steps taken. */
  step = 0
  private readonly store: MomentStore
  private dtype: FloatDType
  private readonly length: number
  /** By PyTorch's keys. */
  private readonly held = new Map<string, Held>()
  /** Keys of moments that were made for a step which may still fail. */
  private readonly fresh = new Set<string>()

  constructor(store: MomentStore, dtype: FloatDType, length: number) {
    this.store = store
    this.dtype = dtype
    this.length = length
  }

  /** True before the first moment. */
  get isEmpty(): boolean {
    return this.held.size === 0
  }

  has(key: string): boolean {
    return this.held.has(key)
  }

  /** The state of a parameter that may have become one of another dtype since. */
  as(dtype: FloatDType): this {
    this.dtype = dtype
    return this
  }

  /** A moment in the memory of `engine`: it is moved there from another one or dtype, and begins as `initial`. */
  moment(engine: HostEngine, key: string, initial = 0): Moment {
    const { dtype } = this
    const held = this.held.get(key)
    if (held?.engine === engine && held.dtype === dtype && !held.moment.stale) return held.moment
    const moment = this.store.make(engine, dtype, this.length)
    if (held !== undefined) {
      const elements = held.moment.read()
      moment.write(held.dtype === dtype ? elements : floatArray(dtype, elements))
      this.store.release(held.moment)
    } else {
      this.fresh.add(key)
      if (initial !== 0) moment.write(moment.read().fill(initial))
    }
    this.held.set(key, { engine, dtype, moment })
    return moment
  }

  /** Moments that were made since are there to stay. */
  keepNew(): void {
    this.fresh.clear()
  }

  /** Frees the moments that were made since {@link ParameterState.keepNew}. */
  forgetNew(): void {
    for (const key of this.fresh) {
      const held = this.held.get(key)
      if (held !== undefined) this.store.release(held.moment)
      this.held.delete(key)
    }
    this.fresh.clear()
  }

  /** Copies of the moments. */
  read(): Map<string, FloatArray> {
    return new Map(Array.from(this.held, ([key, { moment }]) => [key, moment.read()]))
  }

  dispose(): void {
    for (const { moment } of this.held.values()) this.store.release(moment)
    this.held.clear()
  }
}

interface Held {
  readonly engine: HostEngine
  readonly dtype: FloatDType
  readonly moment: Moment
}

function floatArray(dtype: FloatDType, elements: FloatArray): FloatArray {
  return dtype === 'float64' ? Float64Array.from(elements) : Float32Array.from(elements)
}

let registry: FinalizationRegistry<MomentStore> | undefined

/** Frees the moments of optimisers that were dropped without dispose. Made on first use, so that importing this file does nothing. */
export function forgotten(): FinalizationRegistry<MomentStore> {
  registry ??= new FinalizationRegistry((store) => store.dispose())
  return registry
}
