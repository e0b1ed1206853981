import type { Engine, FloatArray } from '@unroll/kernels'
import { elementsOf, type Tensor, TensorSnapshot } from '@unroll/tensor'

/** What an engine keeps packed in its own memory. */
interface Packed {
  readonly stale: boolean
  dispose(): void
}

/** Tensors by the role they play; null for one that is not there. */
type Roles<Role extends string> = { readonly [role in Role]: Tensor | null }

/**
 * Tensors packed into an engine, once: {@link Resident.current} gives what was packed until a tensor or the engine
 * changes. Elements that were written to a tensor's `data` count: see TensorSnapshot. The engine's memory is given back by {@link Resident.dispose}, or when the owner is garbage collected.
 */
export class Resident<Role extends string, P extends Packed> {
  readonly #roles: readonly Role[]
  #held: Held<P> | null = null

  /** @param roles of the tensors of each group */
  constructor(roles: readonly Role[]) {
    this.#roles = roles
  }

  /** What is packed from these very tensors as they are now; packed by `pack`, in place of what was, if nothing is. */
  current(engine: Engine, groups: readonly Roles<Role>[], pack: () => P): P {
    const held = this.#held
    if (held?.engine === engine && !held.packed.stale && this.#isCurrent(held.snapshots, groups)) {
      return held.packed
    }
    this.dispose()
    // Before the elements are read, so that no change is missed.
    const snapshots = groups.flatMap((group) => this.#roles.map((role) => snapshotOf(group[role])))
    const packed = pack()
    this.#held = { engine, packed, snapshots }
    dropped().register(this, packed, this)
    return packed
  }

  /** Gives the engine's memory back; the next call packs again. */
  dispose(): void {
    if (this.#held === null) return
    dropped().unregister(this)
    this.#held.packed.dispose()
    this.#held = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** Runs before every call of a module: allocates nothing. */
  #isCurrent(snapshots: Held<P>['snapshots'], groups: readonly Roles<Role>[]): boolean {
    let index = 0
    for (const group of groups) {
      for (const role of this.#roles) {
        if (!isSame(snapshots[index++], group[role])) return false
      }
    }
    return index === snapshots.length
  }
}

/** The elements themselves, not a copy, where the tensor is contiguous. */
export function floatsOf(who: string, tensor: Tensor): FloatArray {
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
  /** Of every group, in the order of the roles. */
  readonly snapshots: readonly (TensorSnapshot | null)[]
}

function snapshotOf(tensor: Tensor | null): TensorSnapshot | null {
  return tensor && new TensorSnapshot(tensor)
}

function isSame(snapshot: TensorSnapshot | null | undefined, tensor: Tensor | null): boolean {
  return snapshot && tensor ? snapshot.matches(tensor) : snapshot === tensor
}

let registry: FinalizationRegistry<Packed> | undefined

/** Frees what owners dropped without disposing; made on first use, so that importing this file does nothing. */
function dropped(): FinalizationRegistry<Packed> {
  registry ??= new FinalizationRegistry((packed) => packed.dispose())
  return registry
}
