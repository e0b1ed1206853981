import { createWasmEngine, type HostEngine, reference, wasm, wasmVariant } from '@unroll/kernels'
import { type Tensor, tensor } from '@unroll/tensor'
import { decodeArray, type EncodedArray } from '@unroll/testing'
import { describeEngines as describeTitled, type TitledEngine } from '@unroll/testing/describeEngines'
import { GRUCell, LSTMCell, RNNCell } from '../src/index.ts'

/** A cell as a fixture describes it. */
export interface CellFixture {
  readonly module: string
  readonly inputSize: number
  readonly hiddenSize: number
  readonly options: { readonly bias?: boolean; readonly nonlinearity?: string; readonly dtype?: string }
}

export type Cell = RNNCell | LSTMCell | GRUCell

export function makeCell({ module, inputSize, hiddenSize, options }: CellFixture): Cell {
  const { bias = true } = options
  const dtype = dtypeOf(options)
  const nonlinearity = options.nonlinearity === 'relu' ? 'relu' : 'tanh'
  switch (module) {
    case 'RNNCell':
      return new RNNCell(inputSize, hiddenSize, { bias, dtype, nonlinearity })
    case 'LSTMCell':
      return new LSTMCell(inputSize, hiddenSize, { bias, dtype })
    case 'GRUCell':
      return new GRUCell(inputSize, hiddenSize, { bias, dtype })
    default:
      throw new Error(`no cell ${module}`)
  }
}

export function dtypeOf({ dtype }: { readonly dtype?: string }): 'float32' | 'float64' {
  return dtype === 'float64' ? 'float64' : 'float32'
}

export function toTensor(encoded: EncodedArray): Tensor {
  return tensor(decodeArray(encoded), { shape: encoded.shape })
}

/** A state dict with the keys that PyTorch wrote. */
export function toState(weights: Readonly<Record<string, EncodedArray | undefined>>): Map<string, Tensor> {
  return new Map(
    Object.entries(weights).flatMap(([name, encoded]) => (encoded ? [[name, toTensor(encoded)]] : [])),
  )
}

/** Runs one step of a cell of any kind. Its states are in a list: `[h]` or `[h, c]`. */
export function step(cell: Cell, input: Tensor, states: readonly Tensor[] | null): readonly Tensor[] {
  const [hx = null, cx] = states ?? []
  if (cell instanceof LSTMCell) return cell.forward(input, hx && cx ? [hx, cx] : null)
  return [cell.forward(input, hx)]
}

const best = wasmVariant()

const engines: readonly TitledEngine<HostEngine>[] = [
  { title: 'reference', engine: reference },
  { title: 'wasm', engine: best && wasm },
  { title: 'wasm simd', engine: best && createWasmEngine('simd') },
]

/** Runs a suite for each engine. If this runtime cannot run an engine, its tests are shown as skipped. */
export function describeEngines(suite: (engine: HostEngine) => void): void {
  describeTitled(engines, suite)
}
