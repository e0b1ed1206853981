import {
  type DirectionWeights,
  describeValue,
  type Engine,
  type FloatArray,
  type PackedWeights,
} from '@unroll/kernels'
import { type LayerSpec, parametersOf } from '@unroll/kernels/spec'
import type { Tensor } from '@unroll/tensor'
import { Parameter } from '../parameter.ts'
import { moduleFloats, Resident, type Sources } from '../resident.ts'

/** What a call needs of a module's weights. */
export interface ModuleWeights {
  /** `weightIh`, `weightHh`, `biasIh`, `biasHh`, `weightHr` of each direction; null for one that does not exist. */
  readonly parameters: Sources
  /** Packed into `engine`. */
  packed(engine: Engine): PackedWeights
}

/** The names of a direction's parameters on its module; null for a parameter that does not exist. */
type DirectionNames = { readonly [weight in keyof DirectionWeights]: string | null }

/**
 * The weights of a recurrent module, packed into an engine once. {@link ResidentWeights.get} packs them on first use,
 * and returns the same packed weights until a parameter or the engine changes. Changed parameters are packed into the
 * same memory. The engine's memory is freed by `dispose`, or when the owner is garbage collected.
 *
 * ```ts
 * const resident = new ResidentWeights('LSTM', lstm)
 * resident.get(engine, lstm).spec.hiddenSize   // 20
 * ```
 */
export class ResidentWeights extends Resident<PackedWeights> {
  readonly #who: string
  readonly #spec: LayerSpec
  readonly #directions: readonly DirectionNames[]

  /**
   * @param who the module, as messages name it
   * @param spec of the module; the element type comes from its parameters, because `module.to(dtype)` may change it
   * @param suffixes of its parameters' names; `['']` for a cell
   */
  constructor(who: string, spec: LayerSpec, suffixes?: readonly string[]) {
    super()
    this.#who = who
    this.#spec = spec
    this.#directions = parametersOf(spec, suffixes).map((direction) => ({
      weightIh: direction.weightIh.name,
      weightHh: direction.weightHh.name,
      biasIh: direction.biasIh?.name ?? null,
      biasHh: direction.biasHh?.name ?? null,
      weightHr: direction.weightHr?.name ?? null,
    }))
  }

  /**
   * The parameters of `module` in `engine`'s own memory. They are packed again if one was written to or replaced, or if
   * the engine changed.
   * @throws TypeError if a property is not a parameter, or they are not all float32 or all float64
   * @throws RangeError if a parameter has another size than the spec asks for
   */
  get(engine: Engine, module: object): PackedWeights {
    return this.of(module).packed(engine)
  }

  /** The weights of `module`, for a call. */
  of(module: object): ModuleWeights {
    const parameters = this.#sources(module)
    const packed = (engine: Engine): PackedWeights =>
      this.current(
        engine,
        parameters,
        () => this.#pack(engine, parameters),
        (before) => update(before, parameters),
      )
    return { parameters, packed }
  }

  #sources(module: object): Sources {
    const sources: (Tensor | null)[] = []
    for (const { weightIh, weightHh, biasIh, biasHh, weightHr } of this.#directions) {
      sources.push(
        this.#parameter(module, weightIh),
        this.#parameter(module, weightHh),
        this.#parameter(module, biasIh),
        this.#parameter(module, biasHh),
        this.#parameter(module, weightHr),
      )
    }
    return sources
  }

  #parameter(module: object, name: string | null): Tensor | null {
    return name === null ? null : parameterOf(this.#who, module, name)
  }

  #pack(engine: Engine, sources: Sources): PackedWeights {
    const weights = weightsOf(sources)
    return engine.pack({ ...this.#spec, dtype: dtypeOf(weights) }, weights)
  }
}

/**
 * A parameter of a module, without making the list of all of them.
 * @throws TypeError if the property is something else
 */
export function parameterOf(who: string, module: object, name: string): Parameter {
  const parameter: unknown = Reflect.get(module, name)
  if (parameter instanceof Parameter) return parameter
  throw new TypeError(`${who}.${name}: expected a Parameter, got ${describeValue(parameter)}`)
}

/** Packs changed parameters into the same memory. False if their element type has changed. */
function update(packed: PackedWeights, sources: Sources): boolean {
  const weights = weightsOf(sources)
  if (packed.disposed || packed.spec.dtype !== dtypeOf(weights)) return false
  packed.update(weights)
  return true
}

/** The elements of each direction's parameters. Five sources belong to each direction. */
function weightsOf(sources: Sources): DirectionWeights[] {
  const weights: DirectionWeights[] = []
  for (let i = 0; i < sources.length; i += 5) {
    const [weightIh, weightHh, biasIh, biasHh, weightHr] = sources.slice(i, i + 5).map(floatsOrNull)
    if (!weightIh || !weightHh)
      throw new TypeError('ResidentWeights: expected two matrices of each direction')
    weights.push({
      weightIh,
      weightHh,
      biasIh: biasIh ?? null,
      biasHh: biasHh ?? null,
      weightHr: weightHr ?? null,
    })
  }
  return weights
}

function floatsOrNull(tensor: Tensor | null): FloatArray | null {
  return tensor && moduleFloats('ResidentWeights.get', tensor)
}

function dtypeOf(weights: readonly DirectionWeights[]): 'float32' | 'float64' {
  return weights[0]?.weightIh instanceof Float64Array ? 'float64' : 'float32'
}
