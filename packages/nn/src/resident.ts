import type { Engine, FloatArray } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'

/** What an engine keeps packed in its own memory. */
interface Packed {
  readonly stale: boolean
  dispose(): void
}

/** Tensors by the role they play; null for one that is not there. */
type Roles<Role extends string> = { readonly [role in Role]: Tensor | null }

/**
 * Tensors packed into an engine, once: {@link Resident.current} gives what was packed until a tensor or the engine
 * changes. The engine's memory is given back by {@link Resident.dispose}, or when the owner is garbage collected.
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
    if (held?.engine === engine && !held.packed.stale && this.#isCurrent(held.sources, groups)) {
      return held.packed
    }
    this.dispose()
    const packed = pack()
    const sources = groups.flatMap((group) => this.#roles.map((role) => sourceOf(group[role])))
    this.#held = { engine, packed, sources }
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
  #isCurrent(sources: Held<P>['sources'], groups: readonly Roles<Role>[]): boolean {
    let index = 0
    for (const group of groups) {
      for (const role of this.#roles) {
        if (!isSame(sources[index++], group[role])) return false
      }
    }
    return index === sources.length
  }
}

/** The elements themselves, not a copy, where the tensor is contiguous. */
export function floatsOf(who: string, tensor: Tensor): FloatArray {
  const { data } = tensor
  if (data instanceof Float32Array || data instanceof Float64Array) return data
  throw new TypeError(
    `${who}: engines compute with float32 or float64 weights, got ${tensor.dtype}; ` +
      "convert the module with module.to('float32')",
  )
}

interface Held<P> {
  readonly engine: Engine
  readonly packed: P
  /** Of every group, in the order of the roles. */
  readonly sources: readonly (Source | null)[]
}

/** What a tensor pointed at when it was packed. */
interface Source {
  readonly storage: Tensor['storage']
  readonly version: number
  readonly offset: number
  readonly strides: readonly number[]
}

function sourceOf(tensor: Tensor | null): Source | null {
  if (tensor === null) return null
  const { storage, version, offset, strides } = tensor
  return { storage, version, offset, strides }
}

function isSame(source: Source | null | undefined, tensor: Tensor | null): boolean {
  if (!source || !tensor) return source === tensor
  return (
    source.storage === tensor.storage &&
    source.version === tensor.version &&
    source.offset === tensor.offset &&
    source.strides.every((stride, dim) => stride === tensor.strides[dim])
  )
}

let registry: FinalizationRegistry<Packed> | undefined

/** Frees what owners dropped without disposing; made on first use, so that importing this file does nothing. */
function dropped(): FinalizationRegistry<Packed> {
  registry ??= new FinalizationRegistry((packed) => packed.dispose())
  return registry
}
