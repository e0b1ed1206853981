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
