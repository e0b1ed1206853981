import type { Storage, Tensor } from '@unroll/tensor'
import { quote } from './errors.ts'
import type { Format } from './reader.ts'
import type { CheckpointSource } from './source/openSource.ts'
import { type RawTensor, readRaw, type WideDType } from './tensor/rawTensor.ts'
import { readStorage, tensorDType, tensorOf } from './tensor/readTensors.ts'
import type { StorageSpec, TensorSpec } from './tensor/tensorSpec.ts'
import { type TensorInfo, tensorInfo } from './tensorInfo.ts'
import { type LoadOptions, OpenedCheckpoint } from './withReader.ts'

/**
 * Opens a checkpoint whose tensors are read one by one, when they are asked for: of a file of gigabytes a layer costs
 * about that layer's bytes. Only what describes the tensors is read here.
 *
 * The names are those of `loadWeights`. Close it when done.
 * @throws as `loadWeights`; progress and signal count for all later reads too
 *
 * @example
 * const checkpoint = await open('large.safetensors')
 * console.log(checkpoint.tensors.get('lstm.weight_ih_l0')?.shape)
 * const weight = await checkpoint.get('lstm.weight_ih_l0')
 * await checkpoint.close()
 */
export async function open(source: CheckpointSource, options?: LoadOptions): Promise<Checkpoint> {
  const opened = await OpenedCheckpoint.open('open', source, options)
  try {
    return new Checkpoint(opened, opened.reader.weights())
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** An open checkpoint; see {@link open}. */
export class Checkpoint {
  readonly format: Format
  /** Every tensor's dtype, shape, strides and storage, by name, in the file's order. */
  readonly tensors: ReadonlyMap<string, TensorInfo>
  readonly #opened: OpenedCheckpoint
  readonly #specs: ReadonlyMap<string, TensorSpec>
  /** Storages some tensor still uses: views of one share its memory, and nothing is kept that nobody has. */
  readonly #storages = new WeakMap<StorageSpec, Map<string, WeakRef<Storage>>>()
  /** Reads follow each other, so that a storage is not read twice and progress is of one of them. */
  #last: Promise<unknown> = Promise.resolve()

  /** @internal */
  constructor(opened: OpenedCheckpoint, specs: ReadonlyMap<string, TensorSpec>) {
    this.format = opened.reader.format
    this.#opened = opened
    this.#specs = specs
    this.tensors = new Map(Array.from(specs, ([name, spec]) => [name, tensorInfo(spec)]))
  }

  /**
   * Reads one tensor. Tensors that share a storage in the file share memory here, as long as one of them is in use.
   * @param options.dtype converts it, exactly; see `loadWeights`
   * @throws RangeError if there is none of this name; else as `loadWeights`
   */
  get(name: string, options: { readonly dtype?: WideDType } = {}): Promise<Tensor> {
    return this.#queue(name, async (spec) => {
      const dtype = tensorDType(spec, options.dtype)
      return tensorOf(spec, await this.#storage(spec, dtype, options.dtype), dtype)
    })
  }

  /**
   * Reads one tensor's numbers in the file's own dtype, whichever: uint64, complex64, float8 as bits, ...
   * @throws RangeError if there is none of this name; else as `loadWeights`
   */
  raw(name: string): Promise<RawTensor> {
    return this.#queue(name, (spec) => readRaw(spec))
  }

  /** Closes its files. Tensors stay. */
  async close(): Promise<void> {
    await this.#last.catch(() => undefined)
    await this.#opened.close()
  }

  #queue<T>(name: string, read: (spec: TensorSpec) => Promise<T>): Promise<T> {
    const spec = this.#specs.get(name)
    if (spec === undefined) {
      const some = [...this.#specs.keys()].slice(0, 5).map(quote).join(', ')
      const error = new RangeError(
        `Checkpoint.get: expected the name of a tensor (${some}, ...), got ${quote(name)}`,
      )
      return Promise.reject(error)
    }
    const { context } = this.#opened
    const next = async (): Promise<T> => {
      context.signal?.throwIfAborted()
      context.begin(spec.storage.byteLength)
      const result = await read(spec)
      context.end()
      return result
    }
    const result = this.#last.then(next, next)
    this.#last = result
    return result
  }

  async #storage(spec: TensorSpec, dtype: string, to?: WideDType): Promise<Storage> {
    const known = this.#storages.get(spec.storage)?.get(dtype)?.deref()
    if (known !== undefined) return known
    const storage = (await readStorage(spec.storage, [spec.dtype], to)).get(spec.dtype)
    if (storage === undefined) throw new Error(`storage ${spec.storage.key} was not read`)
    const byDType = this.#storages.get(spec.storage) ?? new Map<string, WeakRef<Storage>>()
    byDType.set(dtype, new WeakRef(storage))
    this.#storages.set(spec.storage, byDType)
    return storage
  }
}
