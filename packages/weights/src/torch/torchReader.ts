import { UnsafePickleError, UnsupportedFormatError } from '../errors.ts'
import { describe, globalName, type PickleGlobal, type PickleRecord } from '../pickle/values.ts'
import type { Contents, Reader } from '../reader.ts'
import type { TensorSpec } from '../tensor/tensorSpec.ts'
import { isAllowed, isDangerous } from './allowList.ts'
import type { TorchCheckpoint } from './checkpoint.ts'
import { unsupportedKind } from './constructors.ts'
import { contentsOf } from './contentsOf.ts'
import { Interpreter } from './interpreter.ts'
import type { Node } from './node.ts'
import { Opaque } from './opaque.ts'
import type { Saved } from './savedValue.ts'
import { flattenStateDict } from './stateDict.ts'

/** Reads what `torch.save` wrote, in whichever container. */
export class TorchReader implements Reader {
  readonly format: TorchCheckpoint['format']
  readonly at: TorchCheckpoint['at']
  readonly globals: readonly PickleGlobal[]
  readonly #checkpoint: TorchCheckpoint
  #node: Node | undefined

  constructor(checkpoint: TorchCheckpoint) {
    this.format = checkpoint.format
    this.at = checkpoint.at
    this.globals = checkpoint.pickle.globals
    this.#checkpoint = checkpoint
  }

  /** Refuses the file if its pickle names anything that is not on the allow-list. */
  saved<T>(tensor: (spec: TensorSpec) => T): Saved<T> {
    checkHarmless(this.#checkpoint)
    checkSupported(this.#checkpoint)
    checkAllowed(this.#checkpoint)
    const unlisted = (record: PickleRecord): never => {
      throw new UnsafePickleError(`holds ${describe(record)}, which cannot be represented`, {
        ...this.at,
        offset: record.offset,
      })
    }
    return interpreterOf(this.#checkpoint, tensor, unlisted).saved(this.#checkpoint.pickle.value)
  }

  weights(): Map<string, TensorSpec> {
    checkHarmless(this.#checkpoint)
    checkSupported(this.#checkpoint)
    return flattenStateDict(this.#root(), this.at, this.#checkpoint.limits)
  }

  contents(): Contents {
    const { metadata, limits } = this.#checkpoint
    return { metadata, globals: this.globals, ...contentsOf(this.#root(), limits) }
  }

  #root(): Node {
    this.#node ??= openNode(this.#checkpoint)
    return this.#node
  }
}

/** The saved object with its unlisted objects closed. */
export function openNode(checkpoint: Omit<TorchCheckpoint, 'format'>): Node {
  const interpreter: Interpreter<TensorSpec | Opaque<TensorSpec>> = interpreterOf<
    TensorSpec | Opaque<TensorSpec>
  >(
    checkpoint,
    (spec) => spec,
    (record) => new Opaque<TensorSpec>(record, (value) => interpreter.saved(value)),
  )
  return interpreter.saved(checkpoint.pickle.value)
}

function interpreterOf<T>(
  { at, limits, persistent }: Omit<TorchCheckpoint, 'format'>,
  tensor: (spec: TensorSpec) => T,
  unlisted: (record: PickleRecord) => T,
): Interpreter<T> {
  return new Interpreter<T>({ tensor, unlisted, persistent }, at, limits)
}

// These check every name in the pickle, also those of objects that were dropped again or are out of reach.

function checkAllowed({ pickle, at }: TorchCheckpoint): void {
  for (const global of pickle.globals) {
    if (isAllowed(global)) continue
    throw new UnsafePickleError(
      `names ${globalName(global)}, which is not on the allow-list; loadWeights steps over objects that are harmless`,
      { ...at, offset: global.offset },
    )
  }
}

/** @throws UnsafePickleError for names that only an attack has a use for */
export function checkHarmless({ pickle, at }: Pick<TorchCheckpoint, 'pickle' | 'at'>): void {
  for (const global of pickle.globals) {
    if (!isDangerous(global)) continue
    throw new UnsafePickleError(`names ${globalName(global)}, which no checkpoint has a use for`, {
      ...at,
      offset: global.offset,
    })
  }
}

/** @throws UnsupportedFormatError for tensors that cannot be represented */
export function checkSupported({ pickle, at }: Pick<TorchCheckpoint, 'pickle' | 'at'>): void {
  for (const global of pickle.globals) {
    const kind = unsupportedKind(global)
    if (kind === null) continue
    throw new UnsupportedFormatError(`holds ${kind} (${globalName(global)}), which cannot be represented`, {
      ...at,
      offset: global.offset,
    })
  }
}
