/// <reference types="node" />
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  type CellState,
  cat,
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  linear,
  loadWeights,
  noGrad,
  RNN,
  RNNCell,
  stack,
  type Tensor,
  tensor,
  zeros,
} from '../src/index.ts'

/** Models of other projects with recorded outputs; not ours to commit. */
const folder = new URL('../../../../shared/checkpoints/', import.meta.url)

type Weights = ReadonlyMap<string, Tensor>

async function read(name: string): Promise<Weights> {
  return loadWeights(fileURLToPath(new URL(name, folder)))
}

function get(weights: Weights, name: string): Tensor {
  const found = weights.get(name)
  if (!found) throw new Error(`no ${name}`)
  return found
}

describe.skipIf(!existsSync(folder))(
  'models of other projects give their recorded outputs (skipped without ../shared/checkpoints)',
  () => {
    it('the six recurrent modules of a TorchScript file for phones', async () => {
      const [weights, want] = [
        await read('pytorch_recurrent_ops.ptl'),
        await read('ref/recurrent_ops_ref.npz'),
      ]
      const x = get(want, 'x')
      const first = x.select(0, 0)
      const [rnnLayer, gruLayer, lstmLayer] = [
        RNN.fromStateDict(weights, { prefix: 'rnn.0.' }),
        GRU.fromStateDict(weights, { prefix: 'gru.0.' }),
        LSTM.fromStateDict(weights, { prefix: 'lstm.0.' }),
      ]
      expect(rnnLayer.forward(x)[0]).toBeAllclose(get(want, 'rnn_y'))
      expect(gruLayer.forward(x)[0]).toBeAllclose(get(want, 'gru_y'))
      expect(lstmLayer.forward(x)[0]).toBeAllclose(get(want, 'lstm_y'))
      const rnn = RNNCell.fromStateDict(weights, { prefix: 'rnn.1.' })
      const gru = GRUCell.fromStateDict(weights, { prefix: 'gru.1.' })
      const lstm = LSTMCell.fromStateDict(weights, { prefix: 'lstm.1.' })
      expect(rnn.forward(first)).toBeAllclose(get(want, 'rnn_cell'))
      expect(gru.forward(first)).toBeAllclose(get(want, 'gru_cell'))
      expect(lstm.forward(first)[0]).toBeAllclose(get(want, 'lstm_cell'))
    })

    it("AllenNLP's tagger", async () => {
      const want = await read('ref/allennlp_full_lstm_ref.npz')
      const weights = await read('allennlp_simple_tagger_full_best.th')
      const lstm = LSTM.fromStateDict(weights, { prefix: 'encoder._module.', batchFirst: true })
      const [y, [h, c]] = lstm.forward(get(want, 'x'))
      expect(y).toBeAllclose(get(want, 'y'))
      expect(h).toBeAllclose(get(want, 'h'))
      expect(c).toBeAllclose(get(want, 'c'))
    })

    it('the LSTM with projections, whose hidden state is the measured output for 25 steps', async () => {
      const want = await read('ref/forgi86_ref.npz')
      const lstm = LSTM.fromStateDict(await read('forgi86_lstm.pt'), { prefix: 'model.', batchFirst: true })
      const [input, measured] = [get(want, 'x').slice(2, 0, 2), get(want, 'x').slice(2, 2, 4)]
      let [h, c] = [zeros([1, 4, 2]), zeros([1, 4, 16])]
      const outputs: Tensor[] = []
      noGrad(() => {
        for (let t = 0; t < 60; t++) {
          if (t < 25)
            h = measured
              .slice(1, t, t + 1)
              .transpose(0, 1)
              .contiguous()
          const [y, state] = lstm.forward(input.slice(1, t, t + 1), [h, c])
          outputs.push(y)
          ;[h, c] = state
        }
      })
      expect(cat(outputs, 1)).toBeAllclose(get(want, 'y'))
    })

    it('the RNN of PyTorch 0.1 that tells where a name is from', async () => {
      const [weights, want] = [
        await read('practical-pytorch_char-rnn-classification.pt'),
        await read('ref/practical_ref.npz'),
      ]
      const layer = (name: string, input: Tensor): Tensor =>
        linear(input, get(weights, `${name}.weight`), get(weights, `${name}.bias`))
      let h = zeros([1, 128])
      const outputs: Tensor[] = []
      noGrad(() => {
        for (const x of get(want, 'x')) {
          const combined = cat([x, h], 1)
          h = layer('i2h', combined)
          outputs.push(layer('i2o', combined).logSoftmax(1))
        }
      })
      expect(stack(outputs, 0)).toBeAllclose(get(want, 'y'))
      expect(h).toBeAllclose(get(want, 'h'))
    })

    it("Silero's voice detector, around its LSTMCell", async () => {
      const [weights, want] = [await read('silero_vad.jit'), await read('ref/silero_ref.npz')]
      const cell = LSTMCell.fromStateDict(weights, { prefix: '_model.decoder.rnn.' })
      const part = (name: string): Tensor => get(weights, `_model.${name}`)
      const wav = cat([zeros([64]), get(want, 'wav').select(0, 0)], 0)
      let state: CellState = [zeros([1, 128]), zeros([1, 128])]
      const probabilities: Tensor[] = []
      noGrad(() => {
        for (let start = 0; start < 2048; start += 512) {
          const chunk = wav.slice(0, start, start + 576)
          // Reflected at its end.
          const mirrored = chunk.indexSelect(0, downFrom(574, 64))
          const padded = cat([chunk, mirrored], 0).unsqueeze(0)
          const spectrum = conv1d(padded, part('stft.forward_basis_buffer'), null, 128, 0)
          const [re, im] = [spectrum.slice(0, 0, 129), spectrum.slice(0, 129, 258)]
          let features = re.mul(re).add(im.mul(im)).sqrt()
          for (const [i, stride] of [1, 2, 2, 1].entries()) {
            const conv = `encoder.${i}.reparam_conv`
            features = conv1d(features, part(`${conv}.weight`), part(`${conv}.bias`), stride, 1).relu()
          }
          state = cell.forward(features.t(), state)
          const hidden = state[0].relu().t()
          const logit = conv1d(hidden, part('decoder.decoder.2.weight'), part('decoder.decoder.2.bias'), 1, 0)
          probabilities.push(logit.sigmoid().reshape([1, 1]))
        }
      })
      // Sums over 387 and 384 products, added up in another order than PyTorch's.
      expect(cat(probabilities, 1)).toBeAllclose(get(want, 'prob'), { rtol: 1e-4, atol: 1e-5 })
      expect(state[0]).toBeAllclose(get(want, 'h'), { rtol: 1e-4, atol: 1e-5 })
      expect(state[1]).toBeAllclose(get(want, 'c'), { rtol: 1e-4, atol: 1e-5 })
    })
  },
)

/** A convolution of `(C, L)` with weights `(D, C, K)`: a product for each of the K places. */
function conv1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number, padding: number): Tensor {
  const zero = zeros([input.size(0), padding])
  const padded = padding > 0 ? cat([zero, input, zero], 1) : input
  const kernel = weight.size(2)
  const length = Math.floor((padded.size(1) - kernel) / stride) + 1
  let output = zeros([weight.size(0), length])
  for (let k = 0; k < kernel; k++) {
    const window = padded.slice(1, k, k + stride * (length - 1) + 1, stride)
    output = output.add(weight.select(2, k).matmul(window))
  }
  return bias === null ? output : output.add(bias.unsqueeze(1))
}

/** Indices counting down. */
function downFrom(start: number, count: number): Tensor {
  return tensor(
    BigInt64Array.from({ length: count }, (_, i) => BigInt(start - i)),
    { shape: [count] },
  )
}
