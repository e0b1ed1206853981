import type { DirectionWeights } from '../contract/recurrent.ts'
import type { DirectionGradients, WantedGradients } from '../contract/training.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import type { WeightSums } from '../tape/weightSums.ts'
import { backwardSizes } from './backwardLayout.ts'
import { BlockPlan } from './blockPlan.ts'
import { zipAt } from './elementwise.ts'
import { elementBytes } from './panels.ts'
import { none } from './partLayout.ts'
import type { RunnableWeights } from './runnableWeights.ts'
import { type GradientAreas, readWeightGradients } from './weightGradients.ts'

/** What is wanted of a walk back, which may add the gradients of weights to sums instead of returning them. */
export interface WantedOfWalk extends WantedGradients {
  readonly sums?: WasmSums
}

/**
 * Sums in wasm memory: a block with the areas `dWeightIh`, `dWeightHh`, `dWeightHr` and `dBias` of each direction, laid out as in
 * assembly/backwardCall.ts. They are for walks of one thread: where a thread fails, a walk is run again, and it would add some gradients twice.
 */
export class WasmSums implements WeightSums {
  readonly #weights: RunnableWeights
  readonly #wanted: WantedGradients
  readonly #base: number
  readonly #directions: readonly {
    readonly inputs: number
    readonly areas: GradientAreas
    readonly lengths: GradientAreas
  }[]

  /** @throws RangeError if the memory has no room for them */
  constructor(weights: RunnableWeights, wanted: WantedGradients) {
    const { spec, instance } = weights
    const { dtype } = spec
    const sizes = sizesOf(spec)
    const { D, P } = sizes
    const plan = new BlockPlan()
    const reserve = (elements: number): number =>
      elements === 0 ? none : plan.reserve(elements * elementBytes(dtype))
    this.#weights = weights
    this.#wanted = wanted
    this.#directions = Array.from({ length: spec.numLayers * D }, (_, index) => {
      const inputs = layerInputSize(sizes, Math.floor(index / D))
      const { gates, units, dStride, inputStride, stateStride, stride } = backwardSizes(spec, inputs)
      const lengths: GradientAreas = {
        dWeightIh: gates * units * inputStride,
        dWeightHh: gates * units * stateStride,
        dWeightHr: spec.projSize > 0 ? P * stride : 0,
        dBias: dStride,
      }
      const areas: GradientAreas = {
        dWeightIh: reserve(lengths.dWeightIh),
        dWeightHh: reserve(lengths.dWeightHh),
        dWeightHr: reserve(lengths.dWeightHr),
        dBias: reserve(lengths.dBias),
      }
      return { inputs, areas, lengths }
    })
    this.#base = instance.allocateFilled(plan.byteLength, (base) => {
      instance.floats(dtype, base, plan.byteLength / elementBytes(dtype)).fill(0)
    })
  }

  into(wanted: WantedGradients): WantedOfWalk {
    return { ...wanted, sums: this }
  }

  /** Walks have added theirs. */
  add(): void {}

  /** Adds what the parts of a walk have computed for a direction, in areas with these offsets from `base`. */
  addParts(index: number, base: number, parts: readonly GradientAreas[]): void {
    const { spec, instance } = this.#weights
    const own = this.#directions[index]
    if (own === undefined) return
    const add = (area: keyof GradientAreas, ...roles: readonly (keyof DirectionWeights)[]): void => {
      // What is not wanted was not computed.
      if (!roles.some((role) => this.#wants(index, role))) return
      for (const part of parts) {
        zipAt(instance, spec.dtype, 'add', this.#base + own.areas[area], base + part[area], own.lengths[area])
      }
    }
    add('dWeightIh', 'weightIh')
    add('dWeightHh', 'weightHh')
    add('dWeightHr', 'weightHr')
    add('dBias', 'biasIh', 'biasHh')
  }

  read(): readonly DirectionGradients[] {
    return this.#directions.map(({ inputs, areas }, index) =>
      readWeightGradients(this.#weights, inputs, { base: this.#base, areas: [areas] }, (role) =>
        this.#wants(index, role),
      ),
    )
  }

  [Symbol.dispose](): void {
    this.#weights.instance.release(this.#base)
  }

  #wants(index: number, role: keyof DirectionWeights): boolean {
    return this.#weights.has(index, role) && this.#wanted.weights?.[index]?.[role] !== false
  }
}
