import { describeValue } from '@unroll/kernels'
import { suffixOf as endOf, gateLetters, type RecurrentKind } from '@unroll/kernels/spec'
import { cat, checkTensor, type Tensor } from '@unroll/tensor'

/** A letter for each gate, in the order of a framework. */
export type GateOrder = Readonly<Record<RecurrentKind, string>>

/** The end of a message that explains the two kinds of GRU. */
export const gruEquations =
  "PyTorch's GRU has n = tanh(W x + b + r * (R h + c)), and lacks n = tanh(W x + b + R (r * h)): train one with the former"

export interface LayerPlace {
  /** The index of the layer that it becomes. Default 0. */
  readonly layer?: number | undefined
  /** Whether it becomes the backward direction. Default false. */
  readonly reverse?: boolean | undefined
}

/** Reorders the blocks of rows, one for each gate, into PyTorch's order. */
export function reorder(tensor: Tensor, from: string, to: string): Tensor {
  const size = tensor.size(0) / from.length
  const blocks = [...to].map((gate) => {
    const start = from.indexOf(gate) * size
    return tensor.slice(0, start, start + size)
  })
  return cat(blocks, 0)
}

/** The end of a parameter's name: `_l0`, `_l1_reverse`. @throws RangeError */
export function suffixOf(who: string, layer: number, reverse: boolean): string {
  if (!Number.isSafeInteger(layer) || layer < 0) {
    throw new RangeError(`${who}: expected layer to be a whole number from 0 on, got ${describeValue(layer)}`)
  }
  return endOf(layer, reverse)
}

/** @throws RangeError */
export function checkKind(who: string, kind: RecurrentKind): void {
  if (Object.hasOwn(gateLetters, kind)) return
  throw new RangeError(`${who}: expected kind 'RNN', 'LSTM' or 'GRU', got ${describeValue(kind)}`)
}

/** @throws TypeError if a tensor of the layer is missing, is not a tensor, or has an unknown name */
export function checkTensors<Name extends string>(
  who: string,
  weights: Readonly<Partial<Record<Name, Tensor | null | undefined>>>,
  required: readonly Name[],
  optional: readonly Name[],
): void {
  const names: readonly string[] = [...required, ...optional]
  const wanted = `expected weights as { ${names.join(', ')} }`
  if (typeof weights !== 'object' || weights === null || Array.isArray(weights)) {
    throw new TypeError(`${who}: ${wanted}, got ${describeValue(weights)}`)
  }
  const unknown = Object.keys(weights).find((name) => !names.includes(name))
  if (unknown !== undefined) throw new TypeError(`${who}: ${wanted}, got ${unknown} among them`)
  for (const name of required) checkWeight(who, name, weights[name])
  for (const name of optional) {
    if (weights[name] !== undefined && weights[name] !== null) checkWeight(who, name, weights[name])
  }
}

function checkWeight(who: string, name: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && 'dataSync' in value) {
    throw new TypeError(
      `${who}: expected ${name} to be a Tensor of @unroll/tensor, got one of TensorFlow.js; ` +
        `write tensor(${name}.dataSync(), { shape: ${name}.shape })`,
    )
  }
  checkTensor(who, name, value)
}

/** @throws RangeError */
export function expectShape(who: string, name: string, { shape }: Tensor, expected: readonly number[]): void {
  if (String(shape) === String(expected)) return
  throw new RangeError(
    `${who}: expected ${name} of shape (${expected.join(', ')}), got (${shape.join(', ')})`,
  )
}
