import {
  type DirectionWeights,
  describeValue,
  type Engine,
  type FloatArray,
  type PackedWeights,
  type RecurrentSpec,
} from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'
import { isEngine } from './moduleTarget.ts'
import { floatsOf, Resident } from './resident.ts'

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
 * `dispose`, or when the owner is garbage collected.
 *
 * ```ts
 * const resident = new ResidentWeights(spec)
 * engine.recurrent(resident.get(engine, directions), call)
 * ```
 */
export class ResidentWeights extends Resident<keyof DirectionTensors, PackedWeights> {
  readonly #spec: Omit<RecurrentSpec, 'dtype'>

  /** @param spec of the module; the element type is that of the tensors, which `module.to(dtype)` may change */
  constructor(spec: Omit<RecurrentSpec, 'dtype'>) {
    super(['weightIh', 'weightHh', 'biasIh', 'biasHh', 'weightHr'])
    this.#spec = spec
  }

  /**
   * The weights in `engine`'s own memory, repacked if a tensor was written to or repointed, or the engine is another.
   * @param directions layer 0 forward, layer 0 reverse, layer 1 forward, ...
   * @throws TypeError if the tensors are not all float32 or all float64
   * @throws RangeError if a tensor has another size than the spec asks for
   */
  get(engine: Engine, directions: readonly DirectionTensors[]): PackedWeights {
    return this.current(engine, directions, () => pack(engine, this.#spec, directions))
  }
}

function pack(
  engine: Engine,
  spec: Omit<RecurrentSpec, 'dtype'>,
  directions: readonly DirectionTensors[],
): PackedWeights {
  if (!isEngine(engine)) {
    throw new TypeError(`ResidentWeights.get: expected an engine, got ${describeValue(engine)}`)
  }
  const floats = (tensor: Tensor): FloatArray => floatsOf('ResidentWeights.get', tensor)
  const weights = directions.map(
    ({ weightIh, weightHh, biasIh, biasHh, weightHr }): DirectionWeights => ({
      weightIh: floats(weightIh),
      weightHh: floats(weightHh),
      biasIh: biasIh && floats(biasIh),
      biasHh: biasHh && floats(biasHh),
      weightHr: weightHr && floats(weightHr),
    }),
  )
  const dtype = weights[0]?.weightIh instanceof Float64Array ? 'float64' : 'float32'
  return engine.pack({ ...spec, dtype }, weights)
}
