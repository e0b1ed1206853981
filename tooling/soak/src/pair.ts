import { type FloatArray, reference, wasm } from '@unroll/kernels'
import {
  GRU,
  LSTM,
  type PackedSequence,
  packPaddedSequence,
  RNN,
  type SequenceStream,
} from '@unroll/sequence'
import { noGrad, randn, Tensor } from '@unroll/tensor'
import { allclose, tolerances } from '@unroll/testing'
import { loadWeights, savePt } from '@unroll/weights'
import type { Draw } from './draw.ts'

type Layer = LSTM | GRU | RNN

type Dtype = 'float32' | 'float64'

/** The same stream twice. */
interface Streams {
  readonly fast: SequenceStream
  readonly right: SequenceStream
  readonly batch: number
  /** The lowest precision of its steps so far. Digits lost in float32 stay lost in float64. */
  precision: Dtype
}

/** The same layer twice: on the wasm engine, and on the reference engine, whose results are right. */
export class Pair {
  readonly fast: Layer
  readonly right: Layer
  dtype: Dtype = 'float32'
  streams: Streams[] = []

  constructor(fast: Layer, right: Layer) {
    this.fast = fast.to(wasm)
    this.right = right.to(reference)
  }

  /** Draws a layer of any kind and size; some are so large that threads share them. */
  static draw(draw: Draw): Pair {
    const large = draw.chance(0.05)
    const [inputSize, hiddenSize] = large
      ? [draw.size(1, 40), draw.size(400, 700)]
      : [draw.size(1, 40), draw.size(1, 70)]
    const options = {
      numLayers: large ? 1 : draw.size(1, 3),
      bias: draw.chance(0.8),
      batchFirst: draw.chance(0.3),
      bidirectional: draw.chance(0.3),
    }
    const kind = draw.one(['LSTM', 'GRU', 'RNN'] as const)
    const projSize = kind === 'LSTM' && hiddenSize > 1 && draw.chance(0.3) ? draw.size(1, hiddenSize - 1) : 0
    const make = (): Layer => {
      if (kind === 'LSTM') return new LSTM(inputSize, hiddenSize, { ...options, projSize })
      if (kind === 'GRU') return new GRU(inputSize, hiddenSize, options)
      return new RNN(inputSize, hiddenSize, options)
    }
    const [fast, right] = [make(), make()]
    right.loadStateDict(fast.stateDict())
    return new Pair(fast, right)
  }

  /** A whole sequence, padded or packed. @returns what differs, or null */
  forward(draw: Draw): string | null {
    const { inputSize, hiddenSize, batchFirst } = this.fast
    const [steps, batch] =
      hiddenSize > 300 ? [draw.size(1, 3), draw.size(1, 6)] : [draw.size(1, 12), draw.size(1, 20)]
    const x = randn(batchFirst ? [batch, steps, inputSize] : [steps, batch, inputSize], { dtype: this.dtype })
    const lengths = Array.from({ length: batch }, () => draw.size(1, steps))
    const input = draw.chance(0.4) ? packPaddedSequence(x, lengths, { batchFirst, enforceSorted: false }) : x
    return this.#differs(run(this.fast, input), run(this.right, input))
  }

  open(draw: Draw): void {
    if (this.fast.bidirectional) return
    const batch = draw.size(1, 4)
    const [fast, right] = [this.fast.stream({ batch }), this.right.stream({ batch })]
    this.streams.push({ fast, right, batch, precision: this.dtype })
  }

  /** Drops both without disposing of them. */
  dropStreams(): void {
    this.streams = []
  }

  /** Some steps of a stream. @returns what differs, or null */
  step(draw: Draw): string | null {
    if (this.streams.length === 0) this.open(draw)
    if (this.streams.length === 0) return null
    const streams = draw.one(this.streams)
    const { fast, right, batch } = streams
    if (draw.chance(0.2)) {
      for (const stream of [fast, right]) stream.reset()
      streams.precision = this.dtype
    }
    if (this.dtype === 'float32') streams.precision = 'float32'
    for (let i = draw.size(1, 10); i > 0; i--) {
      const frame = floatsOf(randn([batch, this.fast.inputSize], { dtype: this.dtype }))
      const wrong = this.#differs([fast.step(frame)], [right.step(frame)], streams.precision)
      if (wrong !== null) return wrong
    }
    return null
  }

  /** Writes to weights. Streams go on with the new ones. */
  change(): void {
    for (const layer of [this.fast, this.right]) {
      noGrad(() => {
        for (const weight of layer.parameters()) weight.mul_(0.9)
      })
      layer.flattenParameters()
    }
  }

  convert(): void {
    this.dtype = this.dtype === 'float32' ? 'float64' : 'float32'
    for (const layer of [this.fast, this.right]) layer.to(this.dtype).flattenParameters()
  }

  /** Saves the layer to a file and loads it again. @returns what differs, or null */
  async save(): Promise<string | null> {
    const saved = await loadWeights(savePt(this.fast.stateDict()))
    const options = { batchFirst: this.fast.batchFirst }
    const { fast } = this
    const restored =
      fast instanceof LSTM
        ? LSTM.fromStateDict(saved, options)
        : fast instanceof GRU
          ? GRU.fromStateDict(saved, options)
          : RNN.fromStateDict(saved, options)
    const x = randn([2, 3, fast.inputSize], { dtype: this.dtype })
    using copy = restored.to(wasm)
    return this.#differs(run(copy, x), run(this.right, x))
  }

  /** Makes calls that must be refused. @returns what was not refused, or null. Afterwards everything must work as before. */
  refuse(): string | null {
    const { inputSize } = this.fast
    for (const call of [
      () => run(this.fast, randn([2, 3, inputSize + 1], { dtype: this.dtype })),
      () =>
        run(this.fast, randn([2, 3, inputSize], { dtype: this.dtype === 'float32' ? 'float64' : 'float32' })),
      () => this.streams[0]?.fast.step(new Float32Array(inputSize * 5 + 1)) ?? refused(),
    ]) {
      try {
        call()
        return 'a wrong call was accepted'
      } catch {}
    }
    return null
  }

  /** Gives the memory back. The layer may be used again. */
  dispose(): void {
    for (const { fast } of this.streams) fast.dispose()
    this.streams = []
    this.fast.dispose()
  }

  #differs(got: readonly Comparable[], want: readonly Comparable[], precision = this.dtype): string | null {
    const { hiddenSize, numLayers } = this.fast
    for (const [index, one] of got.entries()) {
      const other = want[index]
      const { pass, message } =
        other === undefined
          ? { pass: false, message: 'nothing to compare' }
          : allclose(one, other, toleranceOf(precision))
      if (!pass) return `${this.fast} (${hiddenSize} units, ${numLayers} layers), result ${index}: ${message}`
    }
    return null
  }
}

/** PyTorch's tolerances; a little wider for float32, because of sums of 700 products. */
function toleranceOf(dtype: Dtype): { rtol: number; atol: number } {
  return dtype === 'float64' ? tolerances.float64 : { rtol: 1e-5, atol: 2e-5 }
}

type Comparable = Tensor | FloatArray

function refused(): never {
  throw new RangeError('refused')
}

/** Output and states of a whole sequence. */
function run(layer: Layer, input: Tensor | PackedSequence): Tensor[] {
  if (layer instanceof LSTM) {
    const [output, states] = layer.forward(input)
    return [elementsOf(output), ...states]
  }
  const [output, hn] = layer instanceof GRU ? layer.forward(input) : layer.forward(input)
  return [elementsOf(output), hn]
}

function elementsOf(output: Tensor | PackedSequence): Tensor {
  return output instanceof Tensor ? output : output.data
}

function floatsOf({ data }: Tensor): FloatArray {
  if (data instanceof Float32Array || data instanceof Float64Array) return data
  throw new TypeError('soak: expected floats')
}
