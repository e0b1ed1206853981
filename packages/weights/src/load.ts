import { describeValue, optionsOf } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'
import { UnsupportedFormatError } from './errors.ts'
import { leftOutText } from './leftOut.ts'
import type { Reader } from './reader.ts'
import type { CheckpointSource } from './source/openSource.ts'
import type { WideDType } from './tensor/rawTensor.ts'
import { dtypeRefusal, readTensors } from './tensor/readTensors.ts'
import { TensorSpec } from './tensor/tensorSpec.ts'
import { InertRecord, inertRecord, type SavedValue, settleRecord } from './torch/inertRecord.ts'
import { loadable, weightsOf } from './weightsOf.ts'
import { type LoadOptions, loadDefaults, withReader } from './withReader.ts'

/**
 * Reads the object that `torch.save` was given: a Map for a dict, an array for a list or tuple, a Tensor, a number,
 * a string, ... (see {@link SavedValue}). A file of named tensors (safetensors, npz) gives a Map of them, an npy file
 * its one Tensor.
 *
 * Tensors keep the file's dtype (float8 becomes float32), strides and sharing; parameters keep `requiresGrad`.
 * Nothing in the file is executed. An {@link InertRecord} replaces each object whose class is not on the allow-list, or that no
 * tensor can hold.
 * @throws UnreadableSourceError, CorruptCheckpointError; UnsupportedFormatError or UnsafePickleError if the file holds only
 * one such object; UnsafePickleError if it names something that only an attack needs (`os.system`); TypeError
 * if `source` is no source; the reason of `signal` if it aborts
 *
 * @example
 * const checkpoint = await load('checkpoint.pt')
 * if (checkpoint instanceof Map) console.log(checkpoint.get('epoch'))
 */
export async function load(source: CheckpointSource, options?: LoadOptions | null): Promise<SavedValue> {
  const own = optionsOf<LoadOptions>('load', options, loadDefaults)
  return withReader('load', source, own, async ({ reader, context }): Promise<SavedValue> => {
    // The object is walked twice: first to find its tensors, then, once their memory is read, to make them.
    const makeTensor = await readTensors(checkSaved(reader), context)
    return reader.saved<Tensor | InertRecord>({
      tensor(spec) {
        const unheld = dtypeRefusal(spec)
        return unheld === null ? makeTensor(spec) : new InertRecord(unheld, null)
      },
      inert: inertRecord,
      settle(made, record, saved) {
        if (made instanceof InertRecord) settleRecord(made, record, saved)
      },
    })
  })
}

/**
 * The tensors in a saved object, in its order.
 * @throws as {@link load}, before any of their data is read
 */
export function checkSaved(reader: Reader): TensorSpec[] {
  const specs: TensorSpec[] = []
  const saved = reader.saved<TensorSpec | InertRecord>({
    tensor(spec) {
      if (dtypeRefusal(spec) === null) specs.push(spec)
      return spec
    },
    inert: inertRecord,
    // Parts of an inert record may have tensors, too.
    settle(_made, record, part) {
      if (record.kind !== 'object') return
      for (const value of [...record.args.items, ...record.entries, ...record.items]) part(value)
      if (record.state !== undefined) part(record.state)
    },
  })
  const refusal = saved instanceof TensorSpec ? dtypeRefusal(saved) : null
  if (refusal === null || !(saved instanceof TensorSpec)) return specs
  throw new UnsupportedFormatError(`holds ${refusal.what}: ${refusal.why}`, saved.storage.content.at)
}

export interface WeightsOptions extends LoadOptions {
  /**
   * Selects the tensors whose keys start with this prefix, and removes it: `module.`, `encoder.lstm.`. In a file with several
   * state dicts it chooses one: `model.`, `ema.`, `0.`. Default: all keys, unchanged.
   */
  readonly prefix?: string | null | undefined
  /**
   * Converts floating-point tensors, exactly. Integers, such as counters, keep their dtype. Default: every tensor keeps the
   * file's dtype.
   */
  readonly dtype?: WideDType | null | undefined
}

const weightsDefaults: WeightsOptions = { ...loadDefaults, prefix: undefined, dtype: undefined }

/**
 * Reads a state dict: tensors by name, with PyTorch's keys, in the file's order; what `Module.loadStateDict` takes.
 *
 * In a training checkpoint it takes the dict called `state_dict`, `model_state_dict`, `model`, `net` and the like, never an
 * optimizer's. Nested dicts add their key and a dot (`encoder.weight`). In a pickled module or a TorchScript archive it finds
 * parameters and buffers by walking through the object, and runs none of its code. Weights that weight norm, spectral norm,
 * pruning or WeightDrop took apart are put together, as PyTorch computes them in evaluation.
 *
 * Other values are skipped. Tensors that cannot be represented here (sparse, quantized, complex), and objects among the tensors
 * whose class is not on the allow-list, are left out; `console.warn` lists them once.
 * @throws as {@link load}; UnsupportedFormatError if the file has no dict of tensors, several state dicts and no `prefix` that
 * chooses one, or a number that `dtype` cannot hold exactly; RangeError if no key starts with `prefix`
 *
 * @example
 * lstm.loadStateDict(await loadWeights('dataparallel.pt', { prefix: 'module.lstm.' }))   // or a URL
 */
export async function loadWeights(
  source: CheckpointSource,
  options?: WeightsOptions | null,
): Promise<Map<string, Tensor>> {
  const who = 'loadWeights'
  const { prefix, dtype, ...rest } = optionsOf<WeightsOptions>(who, options, weightsDefaults, 'prefix')
  const [below, to] = [checkPrefix(who, prefix), checkDType(who, dtype)]
  return withReader(who, source, rest, async ({ reader, context }) => {
    const { tensors, leftOut } = loadable(reader, weightsOf(who, reader, below), to)
    const makeTensor = await readTensors(tensors.values(), context, to)
    if (leftOut.length > 0) console.warn(`${who}: ${reader.at.file}: left out: ${leftOutText(leftOut)}`)
    return new Map(Array.from(tensors, ([name, spec]) => [name, makeTensor(spec)]))
  })
}

/** @throws TypeError if it is not a string */
export function checkPrefix(who: string, prefix: string | null | undefined): string {
  if (prefix === null || prefix === undefined) return ''
  if (typeof prefix === 'string') return prefix
  throw new TypeError(`${who}: expected prefix to be text, got ${describeValue(prefix)}`)
}

/** @throws TypeError for a dtype that nothing can be converted to */
export function checkDType(who: string, dtype: WideDType | null | undefined): WideDType | undefined {
  if (dtype === null || dtype === undefined) return undefined
  if (dtype === 'float32' || dtype === 'float64') return dtype
  throw new TypeError(`${who}: expected dtype to be float32 or float64, got ${describeValue(dtype)}`)
}
