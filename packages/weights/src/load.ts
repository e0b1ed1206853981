import type { Tensor } from '@unroll/tensor'
import type { CheckpointSource } from './source/openSource.ts'
import type { WideDType } from './tensor/rawTensor.ts'
import { readTensors } from './tensor/readTensors.ts'
import type { TensorSpec } from './tensor/tensorSpec.ts'
import type { SavedValue } from './torch/savedValue.ts'
import { type LoadOptions, withReader } from './withReader.ts'

/**
 * Reads the object that `torch.save` was given: a Map for a dict, an array for a list or tuple, a Tensor, a number,
 * a string, ... (see {@link SavedValue}). A file of named tensors (safetensors, npz) gives a Map of them.
 *
 * Tensors keep the file's dtype (float8 becomes float32), strides and sharing; parameters keep `requiresGrad`.
 * Nothing in the file is executed: a pickle that names a class or function outside the allow-list is refused.
 * @throws UnreadableSourceError, UnsupportedFormatError, UnsafePickleError, CorruptCheckpointError; TypeError if
 * `source` is no source; the reason of `signal` if it aborts
 *
 * @example
 * const checkpoint = await load('checkpoint.pt')
 * if (checkpoint instanceof Map) console.log(checkpoint.get('epoch'))
 */
export async function load(source: CheckpointSource, options?: LoadOptions): Promise<SavedValue> {
  return withReader('load', source, options, async ({ reader, context }) => {
    // Twice over the object: first to learn which tensors there are, then, with their memory at hand, to make them.
    const specs: TensorSpec[] = []
    reader.saved((spec) => specs.push(spec))
    return reader.saved(await readTensors(specs, context))
  })
}

export interface WeightsOptions extends LoadOptions {
  /**
   * Converts floating-point tensors, and those of dtypes that tensors lack (uint16, uint32, uint64), exactly; int64
   * counters and the like stay as they are. Without it every tensor keeps the file's dtype.
   */
  readonly dtype?: WideDType | undefined
}

/**
 * Reads a state dict: tensors by name, with PyTorch's keys, in the file's order; what `Module.loadStateDict` takes.
 *
 * In a training checkpoint the dict called `state_dict` or `model_state_dict` is taken; dicts inside a dict add their
 * key and a dot (`encoder.weight`); of a pickled module and a TorchScript archive its parameters and buffers are
 * found by walking through it, no code of it is run. What is no tensor is stepped over, also objects that
 * {@link load} would refuse, unless only an attack has a use for them (`os.system`).
 * @throws as {@link load}, and UnsupportedFormatError if the file holds something else than dicts of tensors, or a
 * number that `dtype` cannot hold exactly
 *
 * @example
 * lstm.loadStateDict(await loadWeights('https://example.com/lstm.pt'))
 */
export async function loadWeights(
  source: CheckpointSource,
  options?: WeightsOptions,
): Promise<Map<string, Tensor>> {
  return withReader('loadWeights', source, options, async ({ reader, context }) => {
    const specs = reader.weights()
    const makeTensor = await readTensors(specs.values(), context, options?.dtype)
    return new Map(Array.from(specs, ([name, spec]) => [name, makeTensor(spec)]))
  })
}
