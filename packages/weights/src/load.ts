import type { Tensor } from '@unroll/tensor'
import { detectFormat } from './detectFormat.ts'
import { loadSafetensors } from './safetensors/safetensors.ts'
import { type CheckpointSource, withSource } from './source/openSource.ts'
import type { Source } from './source/source.ts'
import { loadTorch, loadTorchWeights } from './torch/loadTorch.ts'
import type { SavedValue } from './torch/savedValue.ts'
import { openZipCheckpoint } from './torch/zipCheckpoint.ts'

/**
 * Reads the object that `torch.save` was given: a Map for a dict, an array for a list or tuple, a Tensor, a number,
 * a string, ... (see {@link SavedValue}). A safetensors file gives a Map of its tensors.
 *
 * Tensors keep the file's dtype, strides and sharing; parameters keep `requiresGrad`. Nothing in the file is
 * executed: a pickle that names a class or function outside the allow-list is refused.
 * @throws UnreadableSourceError, UnsupportedFormatError, UnsafePickleError, CorruptCheckpointError; TypeError if
 * `source` is no source
 *
 * @example
 * const checkpoint = await load('checkpoint.pt')
 * if (checkpoint instanceof Map) console.log(checkpoint.get('epoch'))
 */
export async function load(source: CheckpointSource): Promise<SavedValue> {
  return withSource('load', source, async (opened) => {
    switch (await detectFormat(opened)) {
      case 'zip':
        return loadTorch(await openZipCheckpoint(opened))
      case 'safetensors':
        return new Map(await loadSafetensors(opened))
    }
  })
}

/**
 * Reads a state dict: tensors by name, with PyTorch's keys, in the file's order; what `Module.loadStateDict` takes.
 *
 * In a training checkpoint the dict called `state_dict` or `model_state_dict` is taken; dicts inside a dict add their
 * key and a dot (`encoder.weight`). What is no tensor is stepped over, also objects that {@link load} would refuse,
 * unless only an attack has a use for them (`os.system`).
 * @throws as {@link load}, and UnsupportedFormatError if the file holds something else than dicts of tensors
 *
 * @example
 * lstm.loadStateDict(await loadWeights('https://example.com/lstm.pt'))
 */
export async function loadWeights(source: CheckpointSource): Promise<Map<string, Tensor>> {
  return withSource('loadWeights', source, async (opened: Source) => {
    switch (await detectFormat(opened)) {
      case 'zip':
        return loadTorchWeights(await openZipCheckpoint(opened))
      case 'safetensors':
        return loadSafetensors(opened)
    }
  })
}
