import { describeValue } from '@unroll/kernels'
import type { RecurrentKind } from '@unroll/kernels/spec'
import { checkSize, type StateDict, stateTensors } from '@unroll/nn'
import { prefixesText, storedSpec } from '@unroll/nn/recurrent'
import type { Tensor } from '@unroll/tensor'
import type { CellOptions } from './cellOptions.ts'

/** What `fromStateDict` takes besides the weights. */
export interface CellFromStateDictOptions extends Pick<CellOptions, 'dtype'> {
  /** The beginning of the names of the cell's parameters, e.g. `decoder.cell.`. Default: nothing. */
  readonly prefix?: string
  /** Which layer, if the weights are those of a layer (`weight_ih_l0`, ...). Default: the only one. */
  readonly layer?: number
  /** Which direction, if the weights are those of a layer. Default: the only one. */
  readonly direction?: 'forward' | 'reverse'
}

/** A cell's sizes and weights, as read from a state dict. */
export interface StoredCell {
  readonly inputSize: number
  readonly hiddenSize: number
  readonly options: Required<CellOptions>
  /** Its weights, under the names of the cell's parameters. */
  readonly weights: ReadonlyMap<string, Tensor>
}

/** Every option; undefined if it was not given. */
export type StoredOptions = {
  readonly [option in keyof CellFromStateDictOptions]-?: CellFromStateDictOptions[option] | undefined
}

export const storedDefaults: StoredOptions = {
  prefix: '',
  dtype: undefined,
  layer: undefined,
  direction: undefined,
}

/**
 * Reads sizes and bias off a state dict. `weight_ih` is (gates * H, I) and `weight_hh` (gates * H, H). A layer's are
 * named `weight_ih_l0` and `weight_hh_l0`.
 * @throws RangeError if under the prefix there is no such cell or layer, one of another kind, or more than one
 */
export function readCellWeights(kind: RecurrentKind, state: StateDict, given: StoredOptions): StoredCell {
  const who = `${kind}Cell.fromStateDict`
  const { prefix = '', dtype } = given
  const tensors = stateTensors(who, state)
  const own = new Map(
    [...tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, t]) => [name.slice(prefix.length), t]),
  )
  const suffix = suffixOf(who, own, given)
  const found = (): string => prefixesText(tensors, /^(.*)weight_ih(?:_l\d+)?(?:_reverse)?$/)
  const classOf = (other: RecurrentKind): string => `${other}Cell`
  // A cell has no projection. But missing matrices are reported first.
  const isLayer = own.get(`weight_ih${suffix}`)?.ndim === 2 && own.get(`weight_hh${suffix}`)?.ndim === 2
  if (isLayer && own.has(`weight_hr${suffix}`)) {
    throw new RangeError(
      `${who}: expected weights without a projection, which cells do not have, got ${prefix}weight_hr${suffix}`,
    )
  }
  const stored = storedSpec(who, kind, { weights: own, prefix, suffix, found, classOf })
  const names = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh']
  return {
    inputSize: stored.inputSize,
    hiddenSize: stored.hiddenSize,
    options: { bias: stored.bias, dtype: dtype ?? stored.dtype },
    weights: new Map(
      names.flatMap((name) => {
        const tensor = own.get(name + suffix)
        return tensor ? [[name, tensor]] : []
      }),
    ),
  }
}

/** The end of the parameters' names: nothing for a cell, `_l0` or `_l0_reverse` for a layer. */
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
