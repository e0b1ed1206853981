import type { FloatDType } from '@unroll/kernels'
import { gateLetters, kindOfGates, type RecurrentKind, readSpec, type StoredSpec } from '@unroll/kernels/spec'
import type { Tensor } from '@unroll/tensor'

/** Where the weights of a layer or cell stand in a state dict. */
export interface Stored {
  /** Tensors by their names without the prefix. */
  readonly weights: ReadonlyMap<string, Tensor>
  readonly prefix: string
  /** The end of the first layer's names; empty for a cell. */
  readonly suffix: string
  /** Describes, for a message, the weights that were found instead. */
  readonly found: () => string
  /** The class of a kind, as messages name it. */
  readonly classOf: (kind: RecurrentKind) => string
}

/**
 * Reads the sizes of a recurrent layer or cell off a state dict. Its gates must be those of `kind`.
 * @param who the function, as messages name it: `LSTM.fromStateDict`
 * @throws RangeError if there are no such matrices, or they belong to another kind
 */
export function storedSpec(
  who: string,
  kind: RecurrentKind,
  stored: Stored,
): StoredSpec & { dtype: FloatDType } {
  const { weights, prefix, suffix, found, classOf } = stored
  const spec = readSpec((name) => weights.get(name)?.shape, suffix)
  if (spec === null) {
    throw new RangeError(
      `${who}: expected matrices ${prefix}weight_ih${suffix} and weight_hh${suffix}, got ${found()}`,
    )
  }
  const wanted = gateLetters[kind].length
  if (spec.gates !== wanted) {
    const other = kindOfGates(spec.gates)
    throw new RangeError(
      `${who}: expected ${prefix}weight_hh${suffix} to have ${wanted} * ${spec.hiddenSize} rows, got ${Math.round(spec.gates * spec.hiddenSize)}` +
        (other === null ? '' : `: these are the weights of a ${classOf(other)}`),
    )
  }
  const isDouble = weights.get(`weight_ih${suffix}`)?.dtype === 'float64'
  return { ...spec, dtype: isDouble ? 'float64' : 'float32' }
}

/**
 * The prefixes that would fit, for {@link Stored.found}.
 * @param name matches the names of fitting weights, and captures their prefix
 */
export function prefixesText(state: ReadonlyMap<string, Tensor>, name: RegExp): string {
  const prefixes = new Set([...state.keys()].flatMap((key) => name.exec(key)?.[1] ?? []))
  if (prefixes.size === 0) return `none among ${state.size} tensors`
  return `them under the prefixes ${[...prefixes].map((prefix) => `'${prefix}'`).join(', ')}`
}
