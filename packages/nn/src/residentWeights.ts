import type { DirectionWeights, Engine, FloatArray, PackedWeights, RecurrentSpec } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'

/** The parameters of one direction of one layer; shapes as in `DirectionWeights` of @unroll/kernels. */
export interface DirectionTensors {
  /** `(G*H, I)`, or `(G*H, D*P)` above layer 0 */
  readonly weightIh: Tensor
  /** `(G*H, P)` */
  readonly weightHh: Tensor
  /** `(G*H)`, or null without biases */
  readonly biasIh: Tensor | null
  /** `(G*H)`, or null without biases */
  readonly biasHh: Tensor | null
  /** `(P, H)`, or null without a projection */
  readonly weightHr: Tensor | null
}

/**
 * The weights of a module packed into an engine, once: {@link ResidentWeights.get} packs on first use and hands
 * out the same packed weights until a tensor or the engine changes. The engine's memory is given back by
 * {@link ResidentWeights.dispose}, or when the owner is garbage collected.
 *
 * ```ts
 * const resident = new ResidentWeights(spec)
 * engine.recurrent(resident.get(engine, directions), call)
 * ```
 */
export class ResidentWeights {
  readonly #spec: Omit<RecurrentSpec, 'dtype'>
  #held: Held | null = null

  /** @param spec of the module; the element type is that of the tensors, which `module.to(dtype)` may change */
  constructor(spec: Omit<RecurrentSpec, 'dtype'>) {
    this.#spec = spec
  }

  /**
   * The weights in `engine`'s own memory, repacked if a tensor was written to or repointed, or the engine is another.
   * @param directions layer 0 forward, layer 0 reverse, layer 1 forward, ...
   * @throws TypeError if the tensors are not all float32 or all float64
   * @throws RangeError if a tensor has another size than the spec asks for
   */
  get(engine: Engine, directions: readonly DirectionTensors[]): PackedWeights {
    const held = this.#held
    if (held?.engine === engine && !held.packed.stale && isCurrent(held.sources, directions)) {
      return held.packed
    }
    this.dispose()
    const packed = pack(engine, this.#spec, directions)
    const sources = directions.flatMap((direction) => roles.map((role) => sourceOf(direction[role])))
    this.#held = { engine, packed, sources }
    dropped().register(this, packed, this)
    return packed
  }

  /** Gives the engine's memory back; the next {@link ResidentWeights.get} packs again. */
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

interface Held {
  readonly engine: Engine
  readonly packed: PackedWeights
  /** Of every direction, in the order of `roles`. */
  readonly sources: readonly (Source | null)[]
}

/** What a tensor pointed at when it was packed. */
interface Source {
  readonly storage: Tensor['storage']
  readonly version: number
  readonly offset: number
  readonly strides: readonly number[]
}

const roles = ['weightIh', 'weightHh', 'biasIh', 'biasHh', 'weightHr'] as const

function sourceOf(tensor: Tensor | null): Source | null {
  if (tensor === null) return null
  const { storage, version, offset, strides } = tensor
  return { storage, version, offset, strides }
}

/** Runs before every call of a module: allocates nothing. */
function isCurrent(sources: Held['sources'], directions: readonly DirectionTensors[]): boolean {
  let index = 0
  for (const direction of directions) {
    for (const role of roles) {
      if (!isSame(sources[index++], direction[role])) return false
    }
  }
  return index === sources.length
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

function pack(
  engine: Engine,
  spec: Omit<RecurrentSpec, 'dtype'>,
  directions: readonly DirectionTensors[],
): PackedWeights {
  const weights = directions.map(
    ({ weightIh, weightHh, biasIh, biasHh, weightHr }): DirectionWeights => ({
      weightIh: floatsOf(weightIh),
      weightHh: floatsOf(weightHh),
      biasIh: biasIh && floatsOf(biasIh),
      biasHh: biasHh && floatsOf(biasHh),
      weightHr: weightHr && floatsOf(weightHr),
    }),
  )
  const dtype = weights[0]?.weightIh instanceof Float64Array ? 'float64' : 'float32'
  return engine.pack({ ...spec, dtype }, weights)
}

/** The elements themselves, not a copy, where the tensor is contiguous. */
function floatsOf(tensor: Tensor): FloatArray {
  const { data } = tensor
  if (data instanceof Float32Array || data instanceof Float64Array) return data
  throw new TypeError(
    `ResidentWeights.get: engines compute with float32 or float64 weights, got ${tensor.dtype}; ` +
      "convert the module with module.to('float32')",
  )
}

let registry: FinalizationRegistry<PackedWeights> | undefined

/** Frees what owners dropped without disposing; made on first use, so that importing this file does nothing. */
function dropped(): FinalizationRegistry<PackedWeights> {
  registry ??= new FinalizationRegistry((packed) => packed.dispose())
  return registry
}
