import type { CheckpointLocation } from './errors.ts'
import type { LeftOut } from './leftOut.ts'
import type { PickleGlobal } from './pickle/values.ts'
import type { Contents, Format, Making, Reader, Weights } from './reader.ts'
import type { TensorSpec } from './tensor/tensorSpec.ts'
import type { Saved } from './torch/savedValue.ts'

/** A reader of files that hold a state dict and nothing else. */
export class NamedTensors implements Reader {
  readonly format: Format
  readonly at: CheckpointLocation
  readonly globals: readonly PickleGlobal[] = []
  readonly #specs: ReadonlyMap<string, TensorSpec>
  readonly #metadata: ReadonlyMap<string, string>
  readonly #leftOut: readonly LeftOut[]
  readonly #others: ReadonlyMap<string, TensorSpec>

  /**
   * @param parts.leftOut what cannot be read
   * @param parts.others tensors that do not belong to the state dict
   */
  constructor(
    format: Format,
    at: CheckpointLocation,
    specs: ReadonlyMap<string, TensorSpec>,
    parts: {
      readonly metadata?: ReadonlyMap<string, string>
      readonly leftOut?: readonly LeftOut[]
      readonly others?: ReadonlyMap<string, TensorSpec>
    } = {},
  ) {
    this.format = format
    this.at = at
    this.#specs = specs
    this.#metadata = parts.metadata ?? new Map()
    this.#leftOut = parts.leftOut ?? []
    this.#others = parts.others ?? new Map()
  }

  saved<T>({ tensor }: Making<T>): Saved<T> {
    return new Map(Array.from(this.#specs, ([name, spec]) => [name, tensor(spec)]))
  }

  weights(): Weights {
    return { tensors: this.#specs, leftOut: this.#leftOut }
  }

  contents(): Contents {
    const tensors = new Map([...this.#specs, ...this.#others])
    return { tensors, values: new Map(), metadata: this.#metadata, globals: this.globals }
  }
}

/** A reader of files that hold one tensor without a name. The state dict calls it `name`. */
export class OneTensor extends NamedTensors {
  readonly #spec: TensorSpec

  constructor(format: Format, at: CheckpointLocation, name: string, spec: TensorSpec) {
    super(format, at, new Map([[name, spec]]))
    this.#spec = spec
  }

  override saved<T>({ tensor }: Making<T>): Saved<T> {
    return tensor(this.#spec)
  }
}
