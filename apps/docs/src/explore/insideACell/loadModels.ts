import { Checkpoint } from '@unroll/quickstart/checkpoint'
import { type CheckpointSource, load } from '@unroll/weights'
import type { CellWeights, Kind } from './cells.ts'
import { kinds, type ModelSet, type TrainedCell } from './models.ts'

/** Reads the models of words, or those of signals, from cells.pt, which `tooling/oracle/explore/train.py` writes. */
export async function loadSmallModels(source: CheckpointSource, what: 'words' | 'signal'): Promise<ModelSet> {
  const file = new Checkpoint('cells.pt', await load(source))
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

/** Reads from language.pt the direction of its LSTM that begins at the first letter. */
export async function loadQuickstart(source: CheckpointSource): Promise<ModelSet> {
  const file = new Checkpoint('language.pt', await load(source))
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

function cellOf(kind: Kind, state: Checkpoint, prefix: string): CellWeights {
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
