import { describeValue, type FloatDType } from '@unroll/kernels'
import { checkSize, type StateDict, stateTensors } from '@unroll/nn'
import type { Tensor } from '@unroll/tensor'
import type { CellOptions } from './cellOptions.ts'

/** What `fromStateDict` takes beside the weights. */
export interface CellFromStateDictOptions extends Pick<CellOptions, 'dtype'> {
  /** What stands before the names of the cell's parameters, e.g. `decoder.cell.`. Default: nothing. */
  readonly prefix?: string
  /** Which layer, where the weights are those of a layer (`weight_ih_l0`, ...). Default: the only one. */
  readonly layer?: number
  /** Which direction, where the weights are those of a layer. Default: the only one. */
  readonly direction?: 'forward' | 'reverse'
}

/** A cell as the names and shapes of its weights tell it. */
export interface StoredCell {
  readonly inputSize: number
  readonly hiddenSize: number
  readonly options: Required<CellOptions>
  /** Its weights, under the names the cell gives them. */
  readonly weights: ReadonlyMap<string, Tensor>
}

/** Every option, undefined where it is not needed. */
export type StoredOptions = {
  readonly [option in keyof CellFromStateDictOptions]-?: CellFromStateDictOptions[option] | undefined
}

export const storedDefaults: StoredOptions = {
  prefix: '',
  dtype: undefined,
  layer: undefined,
  direction: undefined,
}

const gates = { RNNCell: 1, GRUCell: 3, LSTMCell: 4 } as const

/**
 * Reads sizes and bias off a state dict: `weight_ih` is (gates * H, I), `weight_hh` (gates * H, H); or, of a layer,
 * `weight_ih_l0` and `weight_hh_l0`.
 * @throws RangeError if under the prefix there is no such cell or layer, one of another kind, or more than one
 */
export function readCellWeights(
  kind: keyof typeof gates,
  state: StateDict,
  given: StoredOptions,
): StoredCell {
  const who = `${kind}.fromStateDict`
  const { prefix = '', dtype } = given
  const tensors = stateTensors(who, state)
  const own = new Map(
    [...tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, t]) => [name.slice(prefix.length), t]),
  )
  const suffix = suffixOf(who, own, given)
  const weights = new Map<string, Tensor>()
  for (const name of ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh']) {
    const tensor = own.get(name + suffix)
    if (tensor) weights.set(name, tensor)
  }
  const [input, hidden] = [weights.get('weight_ih'), weights.get('weight_hh')]
  if (input?.ndim !== 2 || hidden?.ndim !== 2) {
    throw new RangeError(
      `${who}: expected matrices ${prefix}weight_ih${suffix} and weight_hh${suffix}, got ${found(tensors)}`,
    )
  }
  const hiddenSize = hidden.size(1)
  if (own.has(`weight_hr${suffix}`)) {
    throw new RangeError(
      `${who}: expected weights without a projection, which cells do not have, got ${prefix}weight_hr${suffix}`,
    )
  }
  const stacked = hidden.size(0) / hiddenSize
  if (stacked !== gates[kind]) {
    const other = Object.entries(gates).find(([, count]) => count === stacked)?.[0]
    throw new RangeError(
      `${who}: expected ${prefix}weight_hh${suffix} to have ${gates[kind]} * ${hiddenSize} rows, got ${hidden.size(0)}` +
        (other === undefined ? '' : `: these are the weights of a ${other}`),
    )
  }
  const stored: FloatDType = input.dtype === 'float64' ? 'float64' : 'float32'
  return {
    inputSize: input.size(1),
    hiddenSize,
    options: { bias: weights.has('bias_ih'), dtype: dtype ?? stored },
    weights,
  }
}

/** What the names of the parameters end in: nothing of a cell, `_l0` or `_l0_reverse` of a layer. */
function suffixOf(
  who: string,
  own: ReadonlyMap<string, Tensor>,
  { layer, direction }: StoredOptions,
): string {
  if (layer !== undefined) checkSize(who, 'layer', layer, 0)
  if (direction !== undefined && direction !== 'forward' && direction !== 'reverse') {
    throw new RangeError(
      `${who}: expected direction to be 'forward' or 'reverse', got ${describeValue(direction satisfies never)}`,
    )
  }
  const parts = [...own.keys()].flatMap((name) => {
    const [, suffix, index, reverse] = /^weight_ih(_l(\d+)(_reverse)?)$/.exec(name) ?? []
    return suffix === undefined
      ? []
      : [{ suffix, layer: Number(index), direction: reverse ? 'reverse' : 'forward' }]
  })
  const isCell = own.has('weight_ih') || parts.length === 0
  if (isCell && layer === undefined && direction === undefined) return ''
  const there = isCell
    ? 'the weights of a cell, or of none'
    : parts.map((part) => `{ layer: ${part.layer}, direction: '${part.direction}' }`).join(', ')
  const fitting = parts.filter(
    (part) => (layer ?? part.layer) === part.layer && (direction ?? part.direction) === part.direction,
  )
  const [part] = fitting
  if (part !== undefined && fitting.length === 1 && !isCell) return part.suffix
  throw new RangeError(
    fitting.length > 1
      ? `${who}: expected the weights of one layer and direction, got more; choose one of ${there}`
      : `${who}: expected the weights of that layer and direction, got ${there}`,
  )
}

/** The prefixes that would do. */
function found(state: ReadonlyMap<string, Tensor>): string {
  const prefixes = new Set(
    [...state.keys()].flatMap((name) => /^(.*)weight_ih(_l\d+)?(_reverse)?$/.exec(name)?.[1] ?? []),
  )
  if (prefixes.size === 0) return `none among ${state.size} tensors`
  return `them under the prefixes ${[...prefixes].map((prefix) => `'${prefix}'`).join(', ')}`
}
