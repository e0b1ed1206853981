import { SavedDict } from '../savedDict.ts'
import { softmax } from '../words.ts'
import { addProduct, type CellWeights, type Kind, type Trace } from './cells.ts'

/** A trained model with a cell in it. */
export interface TrainedCell {
  readonly cell: CellWeights
  /** A row of `inputSize` numbers for each letter; null where numbers are the input. */
  readonly embedding: Float32Array | null
  /** From hidden state to what the model says; null where the page shows none of it. */
  readonly head: { readonly weight: Float32Array; readonly bias: Float32Array } | null
  /** Share of held-out words whose language it tells. */
  readonly accuracy: number | null
}

export interface ModelSet {
  /** Letters that the models read, in the order of their numbers; empty where they read a signal. */
  readonly alphabet: string
  readonly languages: readonly string[]
  readonly cells: Readonly<Partial<Record<Kind, TrainedCell>>>
}

export const kinds: readonly Kind[] = ['RNN', 'LSTM', 'GRU']

/** Of cells.pt, which `tooling/oracle/explore/train.py` writes: the models of words, or those of signals. */
export function smallModels(saved: unknown, what: 'words' | 'signal'): ModelSet {
  const file = new SavedDict('cells.pt', saved)
  const ofWords = what === 'words'
  const cells = kinds.map((kind): [Kind, TrainedCell] => {
    const state = file.dict(what).dict(kind)
    const trained = {
      cell: cellOf(kind, state, 'layer.'),
      embedding: ofWords ? state.floats('embedding.weight') : null,
      head: { weight: state.floats('head.weight'), bias: state.floats('head.bias') },
      accuracy: ofWords ? file.dict('accuracy').number(kind) : null,
    }
    return [kind, trained]
  })
  return {
    alphabet: ofWords ? file.string('alphabet') : '',
    languages: ofWords ? file.strings('languages') : [],
    cells: Object.fromEntries(cells),
  }
}

/** Of language.pt: the direction of its LSTM that reads a word from its beginning. */
export function quickstartModel(saved: unknown): ModelSet {
  const file = new SavedDict('language.pt', saved)
  const state = file.dict('state_dict')
  return {
    alphabet: file.string('alphabet'),
    languages: file.strings('languages'),
    cells: {
      LSTM: {
        cell: cellOf('LSTM', state, 'lstm.'),
        embedding: state.floats('embedding.weight'),
        head: null,
        accuracy: null,
      },
    },
  }
}

function cellOf(kind: Kind, state: SavedDict, prefix: string): CellWeights {
  const [, units = 0] = state.tensor(`${prefix}weight_hh_l0`).shape
  const [, inputSize = 0] = state.tensor(`${prefix}weight_ih_l0`).shape
  return {
    kind,
    inputSize,
    units,
    inputWeight: state.floats(`${prefix}weight_ih_l0`),
    hiddenWeight: state.floats(`${prefix}weight_hh_l0`),
    inputBias: state.floats(`${prefix}bias_ih_l0`),
    hiddenBias: state.floats(`${prefix}bias_hh_l0`),
  }
}

/** Letters by their numbers -> what the cell gets of each. */
export function embed({ embedding, cell }: TrainedCell, indices: readonly number[]): Float32Array[] {
  const size = cell.inputSize
  return indices.map(
    (index) => embedding?.subarray(index * size, (index + 1) * size) ?? new Float32Array(size),
  )
}

/** What the model's last layer makes of the hidden state after a step; null where it has none. */
export function headAt({ head }: TrainedCell, trace: Trace, step: number): Float32Array | null {
  const h = trace.values['h']?.subarray(step * trace.units, (step + 1) * trace.units)
  if (head === null || h === undefined) return null
  const result = new Float32Array(head.bias.length)
  addProduct(result, head.weight, h, head.bias)
  return result
}

/** The most probable language after a step. */
export function guessAt(
  model: TrainedCell,
  languages: readonly string[],
  trace: Trace,
  step: number,
): { readonly language: string; readonly probability: number } | null {
  const scores = headAt(model, trace, step)
  if (scores === null) return null
  const probabilities = softmax(scores)
  const probability = Math.max(...probabilities)
  return { language: languages[probabilities.indexOf(probability)] ?? '', probability }
}
