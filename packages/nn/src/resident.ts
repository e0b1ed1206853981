import type { Engine, FloatArray } from '@unroll/kernels'
import { elementsOf, type Tensor, TensorSnapshot } from '@unroll/tensor'

/** What an engine keeps packed in its own memory. */
interface Packed {
  readonly stale: boolean
  dispose(): void
}

/**
 * The tensors that something is packed from, in an order that their owner chooses; null for one that does not exist.
 */
export type Sources = readonly (Tensor | null)[]

/**
 * Tensors that are packed into an engine once. {@link Resident.current} returns what was packed until a tensor or the
 * engine changes. Writing to a tensor's `data` counts as a change: see TensorSnapshot. The engine's memory is freed by
 * {@link Resident.dispose}, or when the owner is garbage collected.
 */
export class Resident<P extends Packed> {
  #held: Held<P> | null = null

  /**
   * What is packed from these tensors, with their present elements.
   * @param pack packs them, after what was packed before is freed
   * @param update packs them into the memory of what was packed before; returns false if it cannot
   */
  current(engine: Engine, sources: Sources, pack: () => P, update: (packed: P) => boolean = () => false): P {
    const held = this.#held
    if (held?.engine === engine && !held.packed.stale) {
      if (isCurrent(held.snapshots, sources)) return held.packed
      // Taken before the elements are read, so that no change is missed.
      const snapshots = sources.map(snapshotOf)
      if (update(held.packed)) {
        held.snapshots = snapshots
        return held.packed
      }
    }
    this.dispose()
    const snapshots = sources.map(snapshotOf)
    const packed = pack()
    this.#held = { engine, packed, snapshots }
    dropped().register(this, packed, this)
    return packed
  }

  /** Frees the engine's memory; the next call packs again. */
  dispose(): void {
    if (this.#held === null) return
    dropped().unregister(this)
    this.#held.packed.dispose()
    this.#held = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

/**
 * The elements of a module's tensor, for an engine: its own memory if it is contiguous, else a copy.
 * @throws TypeError unless it is float32 or float64
 */
export function moduleFloats(who: string, tensor: Tensor): FloatArray {
  const elements = elementsOf(tensor)
  if (elements instanceof Float32Array || elements instanceof Float64Array) return elements
  throw new TypeError(
    `${who}: engines compute with float32 or float64 weights, got ${tensor.dtype}; ` +
      "convert the module with module.to('float32')",
  )
}

interface Held<P> {
  readonly engine: Engine
  readonly packed: P
  snapshots: readonly (TensorSnapshot | null)[]
}

function snapshotOf(tensor: Tensor | null): TensorSnapshot | null {
  return tensor && new TensorSnapshot(tensor)
}

/** Runs before every call of a module, so it allocates nothing. */
function isCurrent(snapshots: Held<Packed>['snapshots'], sources: Sources): boolean {
  if (snapshots.length !== sources.length) return false
  for (let i = 0; i < sources.length; i++) {
    const [snapshot, tensor] = [snapshots[i] ?? null, sources[i] ?? null]
    if (snapshot && tensor ? !snapshot.matches(tensor) : snapshot !== tensor) return false
  }
  return true
}

let registry: FinalizationRegistry<Packed> | undefined

/** Frees what owners forgot to dispose. Made on first use, so that importing this file does nothing. */
function dropped(): FinalizationRegistry<Packed> {
  registry ??= new FinalizationRegistry((packed) => packed.dispose())
  return registry
}
