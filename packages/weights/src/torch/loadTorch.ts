import type { Tensor } from '@unroll/tensor'
import { UnsafePickleError, UnsupportedFormatError } from '../errors.ts'
import { describe, globalPath, isRecord, type PickleRecord } from '../pickle/values.ts'
import { isAllowed, isDangerous } from './allowList.ts'
import { StorageTable, type TorchCheckpoint } from './checkpoint.ts'
import { unsupportedKind } from './constructors.ts'
import { Interpreter } from './interpreter.ts'
import { readTensors } from './readTensors.ts'
import type { Saved, SavedValue } from './savedValue.ts'
import { flattenStateDict } from './stateDict.ts'
import type { TensorSpec } from './tensorSpec.ts'

/** The saved object. Refuses the file if its pickle names anything that is not on the allow-list. */
export async function loadTorch(checkpoint: TorchCheckpoint): Promise<SavedValue> {
  checkHarmless(checkpoint)
  checkSupported(checkpoint)
  checkAllowed(checkpoint)
  // Twice over the records: first to learn which tensors there are, then, with their memory at hand, to make them.
  const storages = new StorageTable(checkpoint)
  const specs: TensorSpec[] = []
  interpret(storages, (spec) => specs.push(spec), refuse)
  const makeTensor = await readTensors(checkpoint, specs)
  return interpret(storages, makeTensor, refuse)

  function refuse(record: PickleRecord): never {
    throw new UnsafePickleError(`holds ${describe(record)}, which cannot be represented`, {
      ...checkpoint.at,
      offset: record.offset,
    })
  }
}

/** The tensors of a state dict, by name; see {@link flattenStateDict}. Reads no storage that is not among them. */
export async function loadTorchWeights(checkpoint: TorchCheckpoint): Promise<Map<string, Tensor>> {
  const { pickle, at } = checkpoint
  checkHarmless(checkpoint)
  checkSupported(checkpoint)
  const root = interpret<TensorSpec | symbol>(
    new StorageTable(checkpoint),
    (spec) => spec,
    () => steppedOver,
  )
  if (root === steppedOver && isRecord(pickle.value)) {
    throw new UnsupportedFormatError(
      `holds ${describe(pickle.value)}, not a state dict: save model.state_dict() instead of the model`,
      { ...at, offset: pickle.value.offset },
    )
  }
  const specs = flattenStateDict(root, at)
  const makeTensor = await readTensors(checkpoint, specs.values())
  const made = new Map<TensorSpec, Tensor>()
  const weights = new Map<string, Tensor>()
  for (const [name, spec] of specs) {
    const tensor = made.get(spec) ?? makeTensor(spec)
    made.set(spec, tensor)
    weights.set(name, tensor)
  }
  return weights
}

/** Stands in for objects outside the allow-list. */
const steppedOver = Symbol('stepped over')

function interpret<T>(
  storages: StorageTable,
  tensor: (spec: TensorSpec) => T,
  unlisted: (record: PickleRecord) => T,
): Saved<T> {
  const { pickle, at } = storages.checkpoint
  return new Interpreter<T>({ tensor, unlisted, storage: (record) => storages.storage(record) }, at).saved(
    pickle.value,
  )
}

// These check every name in the pickle, also those of objects that were dropped again or are out of reach.

function checkAllowed({ pickle, at }: TorchCheckpoint): void {
  for (const global of pickle.globals) {
    if (isAllowed(global)) continue
    throw new UnsafePickleError(
      `names ${globalPath(global)}, which is not on the allow-list; loadWeights steps over objects that are harmless`,
      { ...at, offset: global.offset },
    )
  }
}

function checkHarmless({ pickle, at }: TorchCheckpoint): void {
  for (const global of pickle.globals) {
    if (!isDangerous(global)) continue
    throw new UnsafePickleError(`names ${globalPath(global)}, which no checkpoint has a use for`, {
      ...at,
      offset: global.offset,
    })
  }
}

function checkSupported({ pickle, at }: TorchCheckpoint): void {
  for (const global of pickle.globals) {
    const kind = unsupportedKind(global)
    if (kind === null) continue
    throw new UnsupportedFormatError(`holds ${kind} (${globalPath(global)}), which cannot be represented`, {
      ...at,
      offset: global.offset,
    })
  }
}
