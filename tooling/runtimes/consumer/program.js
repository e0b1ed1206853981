// A user's program in plain JavaScript. Every row of the matrix runs it, and compares the results with Node's reference engine.
import { LSTMCell } from '@unroll/cells'
import { reference, setDefaultEngine } from '@unroll/kernels'
import { Embedding, Linear } from '@unroll/nn'
import { Adam } from '@unroll/optim'
import { GRU, LSTM, packPaddedSequence, padPackedSequence } from '@unroll/sequence'
import { arange, manualSeed, randn, tensor } from '@unroll/tensor'
import { loadWeights, saveSafetensors } from '@unroll/weights'
import { checkpoint } from './checkpoint.js'

/**
 * @param {{ engine?: 'reference' }} options
 * @returns what computed, what it computed, and what it warned of
 */
export async function compute({ engine } = {}) {
  if (engine === 'reference') setDefaultEngine(reference)
  const warnings = []
  const { warn } = console
  console.warn = (...words) => warnings.push(words.join(' '))
  try {
    manualSeed(0)
    const lstm = new LSTM(10, 20, { numLayers: 2, bidirectional: true })
    const [output, [hn, cn]] = lstm.forward(randn([5, 3, 10]))

    const gru = new GRU(6, 8, { batchFirst: true })
    const packed = packPaddedSequence(randn([3, 4, 6]), [4, 2, 1], { batchFirst: true })
    const [padded] = padPackedSequence(gru.forward(packed)[0], { batchFirst: true })

    const stream = gru.stream({ batch: 1 })
    const steps = [0, 1, 2].map((t) => [...stream.step(new Float32Array(6).fill(t))])

    const [h, c] = new LSTMCell(20, 4).forward(output.at(0).slice(1, 0, 20))
    const scores = new Linear(8, 3).forward(padded)
    const words = new Embedding(7, 5).forward(tensor([1n, 6n]))

    const trained = randn([3, 5])
    trained.grad = randn([3, 5])
    const optimizer = new Adam([trained], { lr: 0.1 })
    optimizer.step()
    optimizer.dispose()

    const file = await loadWeights(checkpoint)
    const loaded = LSTM.fromStateDict(file)
    const [answer] = loaded.forward(arange(12, { dtype: 'float32' }).reshape([2, 2, 3]))
    const again = LSTM.fromStateDict(await loadWeights(saveSafetensors(file)))
    const [same] = again.forward(arange(12, { dtype: 'float32' }).reshape([2, 2, 3]))

    return {
      engine: lstm.engine.name,
      variant: lstm.engine.variant ?? '',
      warnings,
      values: Object.fromEntries(
        Object.entries({ output, hn, cn, padded, h, c, scores, words, answer, same, trained })
          .map(([name, { data }]) => [name, [...data]])
          .concat([['steps', steps.flat()]]),
      ),
    }
  } finally {
    console.warn = warn
  }
}
