import {
  type CheckpointError,
  type CheckpointLocation,
  UnsafePickleError,
  UnsupportedFormatError,
} from '../errors.ts'
import type { Refusal } from '../leftOut.ts'
import { globalName, isRecord, type PickleGlobal } from '../pickle/values.ts'
import type { Contents, Making, Reader, Weights } from '../reader.ts'
import type { TensorSpec } from '../tensor/tensorSpec.ts'
import { isDangerous } from './allowList.ts'
import type { PickledObject, TorchCheckpoint } from './checkpoint.ts'
import { contentsOf } from './contentsOf.ts'
import { Interpreter } from './interpreter.ts'
import type { Node } from './node.ts'
import { Opaque } from './opaque.ts'
import type { Saved } from './savedValue.ts'
import { readStateDict } from './stateDict.ts'

/** Reads what `torch.save` wrote, in whichever container. */
export class TorchReader implements Reader {
  readonly format: TorchCheckpoint['format']
  readonly at: CheckpointLocation
  readonly globals: readonly PickleGlobal[]
  readonly #checkpoint: TorchCheckpoint
  #node: Node | undefined

  constructor(checkpoint: TorchCheckpoint) {
    this.format = checkpoint.format
    this.at = checkpoint.at
    this.globals = checkpoint.pickle.globals
    this.#checkpoint = checkpoint
  }

  /** Refuses a file whose only object may not be made. Inside other objects a stand-in replaces it. */
  saved<T>(making: Making<T>): Saved<T> {
    checkNames(this.#checkpoint)
    const interpreter = interpreterOf(this.#checkpoint, making)
    const { value } = this.#checkpoint.pickle
    const saved = interpreter.saved(value)
    const refusal = interpreter.refusal(saved)
    if (refusal !== null) throw this.#refused(refusal)
    return saved
  }

  weights(prefix?: string): Weights {
    checkNames(this.#checkpoint)
    return readStateDict(this.#root(), this.at, this.#checkpoint.limits, prefix)
  }

  contents(): Contents {
    const { metadata, limits } = this.#checkpoint
    return { metadata, globals: this.globals, ...contentsOf(this.#root(), limits) }
  }

  #root(): Node {
    this.#node ??= openNode(this.#checkpoint)
    return this.#node
  }

  #refused({ what, why, kind }: Refusal): CheckpointError {
    const { value } = this.#checkpoint.pickle
    const at = { ...this.at, offset: isRecord(value) ? value.offset : null }
    if (kind === 'unsupported') return new UnsupportedFormatError(`holds ${what}: ${why}`, at)
    const remedy = hasWeights(this) ? '; loadWeights gives its parameters and buffers' : ''
    return new UnsafePickleError(`is ${what}: ${why}${remedy}`, at)
  }
}

/** True if `loadWeights` finds something where `load` does not. */
export function hasWeights(reader: Reader): boolean {
  try {
    return reader.weights().tensors.size > 0
  } catch {
    return false
  }
}

/** The saved object, in which objects that are not made are opaque. */
export function openNode(checkpoint: PickledObject): Node {
  const interpreter: Interpreter<TensorSpec | Opaque<TensorSpec>> = interpreterOf<
    TensorSpec | Opaque<TensorSpec>
  >(checkpoint, {
    tensor: (spec) => spec,
    inert: (record, refusal) => new Opaque<TensorSpec>(record, refusal, (value) => interpreter.saved(value)),
  })
  return interpreter.saved(checkpoint.pickle.value)
}

function interpreterOf<T>(
  { at, limits, persistent, embedded }: PickledObject,
  making: Making<T>,
): Interpreter<T> {
  return new Interpreter<T>({ ...making, persistent, embedded }, at, limits)
}

/** A name that Python could import: words of letters and digits, joined by dots. */
const importable = /^[\p{ID_Start}_][\p{ID_Continue}]*(\.[\p{ID_Start}_][\p{ID_Continue}]*)*$/u

/**
 * Checks every name in the pickle, also of objects that it drops again or that cannot be reached.
 * @throws UnsafePickleError for names that only an attack needs
 */
export function checkNames({ pickle, at }: Pick<PickledObject, 'pickle' | 'at'>): void {
  for (const global of pickle.globals) {
    const { module, name, offset } = global
    const harm = isDangerous(global)
      ? 'which no checkpoint has a use for'
      : importable.test(module) && importable.test(name)
        ? null
        : 'which is no name of a class or function'
    if (harm === null) continue
    throw new UnsafePickleError(`names ${globalName(global)}, ${harm}`, { ...at, offset })
  }
}
