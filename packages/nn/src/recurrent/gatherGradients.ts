import {
  type DirectionGradients,
  type FloatArray,
  type HostEngine,
  onHostEngine,
  type PackedWeights,
} from '@unroll/kernels'
import { sizesOf } from '@unroll/kernels/spec'
import { type Tensor, zeros } from '@unroll/tensor'
import { type GradientRule, isRecorded, ofFloats, record } from '@unroll/tensor/layers'
import type { Sources } from '../resident.ts'
import { argumentFloats, type RecurrentArguments } from './recurrentCall.ts'

/** Calls of one timestep that compute the gradients of their weights together. */
interface Gathering {
  /** Stands for the weights among what a call depends on. What arrives at it are factors of the weights' gradients. */
  readonly handle: Tensor
  readonly parameters: Sources
  /** Whether each of the parameters requires gradients. */
  readonly required: readonly (boolean | undefined)[]
  readonly version: number
  /** How many elements the factors of its calls have. */
  elements: number
}

/** So many elements wait on the way back at most: that of a long loop multiplies them part by part. */
const mostElements = 256 * 1024

const gatherings: WeakMap<PackedWeights, Gathering> = /* @__PURE__ */ new WeakMap()

/**
 * A tensor for which a call of one timestep gives the factors of its weights' gradients. The calls of a loop share it, so that they are
 * multiplied once, and not once a call. Null if the engine or the call has no factors, or none of the weights requires gradients.
 * @param parameters of the only direction
 */
export function gatheringHandle(
  name: string,
  engine: HostEngine,
  packed: PackedWeights,
  { batchSizes, keep }: RecurrentArguments,
  parameters: Sources,
): Tensor | null {
  const { numLayers, bidirectional, projSize } = packed.spec
  const isOneStep = batchSizes.length === 1 && numLayers === 1 && !bidirectional && projSize === 0
  if (!isOneStep || typeof keep === 'object' || !engine.training.weightGradients || !isRecorded(parameters))
    return null
  const { G, I, H } = sizesOf(packed.spec)
  const before = gatherings.get(packed)
  const isCurrent = before && before.elements < mostElements && isOf(before, packed, parameters)
  const gathering = isCurrent ? before : startGathering(name, engine, packed, parameters)
  if (!isCurrent) gatherings.set(packed, gathering)
  gathering.elements += (batchSizes[0] ?? 0) * (G * H + I + H)
  return gathering.handle
}

/** A loop may freeze or replace a parameter between two calls. */
function isOf({ version, parameters, required }: Gathering, packed: PackedWeights, now: Sources): boolean {
  return (
    version === packed.version &&
    parameters.every((each, k) => each === now[k] && required[k] === each?.requiresGrad)
  )
}

/** Its node is older than those of the calls, so the way back comes to it after them. It keeps nothing, so that it serves any number. */
function startGathering(
  name: string,
  engine: HostEngine,
  packed: PackedWeights,
  parameters: Sources,
): Gathering {
  const handle = zeros([], { dtype: packed.spec.dtype })
  const rule: GradientRule =
    ({ wants }) =>
    (factors) => {
      const calls = factors.flatMap((each) => (each ? [argumentFloats(name, each)] : []))
      const gradients = engine.training.weightGradients?.(packed, calls, {
        weightIh: wants(0),
        weightHh: wants(1),
        biasIh: wants(2),
        biasHh: wants(3),
      })
      return parameters.map((parameter, k) => {
        const elements = gradients && arraysOf(gradients)[k]
        return parameter && elements ? ofFloats(elements, parameter.shape) : null
      })
    }
  onHostEngine(engine, () => record(name, parameters, [handle], rule, { givesOwn: true, gathers: true }))
  const required = parameters.map((parameter) => parameter?.requiresGrad)
  return { handle, parameters, required, version: packed.version, elements: 0 }
}

/** The gradients of a direction in the order of its parameters. */
export function arraysOf(gradients: DirectionGradients): (FloatArray | null)[] {
  const { weightIh, weightHh, biasIh, biasHh, weightHr } = gradients
  return [weightIh, weightHh, biasIh, biasHh, weightHr]
}
