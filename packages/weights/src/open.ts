import { describeValue, optionsOf } from '@unroll/kernels'
import type { Storage, Tensor } from '@unroll/tensor'
import { quote, UnsupportedFormatError } from './errors.ts'
import type { LeftOut } from './leftOut.ts'
import { checkDType, checkPrefix, type WeightsOptions } from './load.ts'
import type { Format } from './reader.ts'
import type { CheckpointSource } from './source/openSource.ts'
import { type RawTensor, readRaw, type WideDType } from './tensor/rawTensor.ts'
import { readStorage, tensorDType, tensorOf } from './tensor/readTensors.ts'
import type { StorageSpec, TensorSpec } from './tensor/tensorSpec.ts'
import { type TensorInfo, tensorInfo } from './tensorInfo.ts'
import { type NamedWeights, unheldIn, weightsOf } from './weightsOf.ts'
import { loadDefaults, OpenedCheckpoint } from './withReader.ts'

/** The options of `loadWeights`, but for `dtype`, which is given for each tensor. */
export type OpenOptions = Omit<WeightsOptions, 'dtype'>

const openDefaults: OpenOptions = { ...loadDefaults, prefix: undefined }
const getDefaults: { dtype: WideDType | null | undefined } = { dtype: undefined }

/**
 * Opens a checkpoint and reads only the descriptions of its tensors. Each tensor is read when it is asked for, so one layer of a
 * file of gigabytes costs about as much as that layer's bytes.
 *
 * The names are those of `loadWeights`. Close it when done.
 * @throws as `loadWeights`; `onProgress` and `signal` also apply to all later reads
 *
 * @example
 * const checkpoint = await open('large.safetensors')
 * console.log(checkpoint.tensors.get('lstm.weight_ih_l0')?.shape)
 * const weight = await checkpoint.get('lstm.weight_ih_l0')
 * await checkpoint.close()
 */
export async function open(source: CheckpointSource, options?: OpenOptions | null): Promise<Checkpoint> {
  const { prefix, ...rest } = optionsOf<OpenOptions>('open', options, openDefaults, 'prefix')
  const below = checkPrefix('open', prefix)
  const opened = await OpenedCheckpoint.open('open', source, rest)
  try {
    return new Checkpoint(opened, weightsOf('open', opened.reader, below))
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
  /** What no tensor can hold, and why. If only the dtype is missing, {@link raw} gives the numbers. */
  readonly leftOut: readonly LeftOut[]
  readonly #opened: OpenedCheckpoint
  readonly #specs: ReadonlyMap<string, TensorSpec>
  /** Storages that tensors still use, so that views of one share its memory. Unused ones can be collected. */
  readonly #storages = new WeakMap<StorageSpec, Map<string, WeakRef<Storage>>>()
  /** Reads run one after the other, so that no storage is read twice, and progress is that of one read. */
  #last: Promise<unknown> = Promise.resolve()

  /** @internal */
  constructor(opened: OpenedCheckpoint, { tensors, leftOut }: NamedWeights) {
    this.format = opened.reader.format
    this.#opened = opened
    this.#specs = tensors
    this.tensors = new Map(Array.from(tensors, ([name, spec]) => [name, tensorInfo(spec)]))
    this.leftOut = [...unheldIn(tensors), ...leftOut]
  }

  /**
   * Reads one tensor. Tensors that share a storage in the file share memory here, as long as one of them is in use.
   * @param options.dtype converts it, exactly; see `loadWeights`
   * @throws RangeError if there is none of this name; UnsupportedFormatError if it is left out; else as `loadWeights`
   */
  async get(
    name: string,
    options?: { readonly dtype?: WideDType | null | undefined } | null,
  ): Promise<Tensor> {
    const who = 'Checkpoint.get'
    const to = checkDType(who, optionsOf(who, options, getDefaults, 'dtype').dtype)
    return this.#queue(who, name, async (spec) => {
      const dtype = tensorDType(spec, to)
      return tensorOf(spec, await this.#storage(spec, dtype, to), dtype)
    })
  }

  /**
   * Reads one tensor's numbers in any dtype that the file has: uint64, complex64, float8 as bits, ...
   * @throws as {@link get}
   */
  async raw(name: string): Promise<RawTensor> {
    return this.#queue('Checkpoint.raw', name, (spec) => readRaw(spec))
  }

  /** Closes the files. Tensors that were read stay valid. */
  async close(): Promise<void> {
    await this.#last.catch(() => undefined)
    await this.#opened.close()
  }

  #queue<T>(who: string, name: string, read: (spec: TensorSpec) => Promise<T>): Promise<T> {
    const spec = this.#specs.get(name)
    if (spec === undefined) throw this.#missing(who, name)
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

  #missing(who: string, name: string): Error {
    const left = this.leftOut.find((one) => one.name === name)
    if (left !== undefined) {
      return new UnsupportedFormatError(`${quote(name)} is ${left.what}: ${left.why}`, this.#opened.reader.at)
    }
    const some = [...this.#specs.keys()].slice(0, 5).map(quote).join(', ')
    const got = typeof name === 'string' ? quote(name) : describeValue(name)
    return new RangeError(`${who}: expected the name of a tensor (${some}, ...), got ${got}`)
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
