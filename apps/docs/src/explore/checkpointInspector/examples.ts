import { Embedding, Linear } from '@unroll/nn'
import { LSTM } from '@unroll/sequence'
import { manualSeed } from '@unroll/tensor'
import { savePt } from '@unroll/weights'

/** A training checkpoint as `torch.save` writes it: a tagger of words, with PyTorch's first weights. */
export function exampleCheckpoint(): File {
  manualSeed(0)
  const parts = {
    embedding: new Embedding(60, 24),
    lstm: new LSTM(24, 32, { numLayers: 2, bidirectional: true }),
    head: new Linear(64, 9),
  }
  const state = new Map(
    Object.entries(parts).flatMap(([name, part]) => [...part.stateDict({ prefix: `${name}.` })]),
  )
  const bytes = savePt({ epoch: 12, accuracy: 0.93, model_state_dict: state })
  return new File([new Uint8Array(bytes)], 'tagger.pt')
}

/** A pickle whose reading, in Python, runs a command of the shell: `os.system("echo hello")`. */
export function hostileCheckpoint(): File {
  return new File(["cos\nsystem\n(S'echo hello'\ntR."], 'hostile.pt')
}
