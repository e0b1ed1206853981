import type { CheckpointLocation } from './errors.ts'
import type { PickleGlobal } from './pickle/values.ts'
import type { Contents, Format, Reader } from './reader.ts'
import type { TensorSpec } from './tensor/tensorSpec.ts'
import type { Saved } from './torch/savedValue.ts'

/** A file that is a state dict and nothing else. */
export class NamedTensors implements Reader {
  readonly format: Format
  readonly at: CheckpointLocation
  readonly globals: readonly PickleGlobal[] = []
  readonly #specs: ReadonlyMap<string, TensorSpec>
  readonly #metadata: ReadonlyMap<string, string>

  constructor(
    format: Format,
    at: CheckpointLocation,
    specs: ReadonlyMap<string, TensorSpec>,
    metadata: ReadonlyMap<string, string> = new Map(),
  ) {
    this.format = format
    this.at = at
    this.#specs = specs
    this.#metadata = metadata
  }

  saved<T>(tensor: (spec: TensorSpec) => T): Saved<T> {
    return new Map(Array.from(this.#specs, ([name, spec]) => [name, tensor(spec)]))
  }

  weights(): Map<string, TensorSpec> {
    return new Map(this.#specs)
  }

  contents(): Contents {
    return { tensors: this.#specs, values: new Map(), metadata: this.#metadata, globals: this.globals }
  }
}
