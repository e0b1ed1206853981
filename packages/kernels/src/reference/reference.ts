import { allocate } from '../allocate.ts'
import { checkState, checkStep, checkStream } from '../checks/call.ts'
import type { HostEngine } from '../contract/engine.ts'
import type { FloatArray, PackedWeights, RecurrentStream } from '../contract/recurrent.ts'
import { sizesOf } from '../spec/sizes.ts'
import { referenceOptimizers, referenceTraining } from '../training.ts'
import { map, mapInto, softmax, softmaxInto, zip } from './elementwise.ts'
import { matmul, multiply, multiplyInto, packMatrix } from './matrix.ts'
import { ReferenceWeights } from './referenceWeights.ts'
import { runSequence } from './sequence.ts'

/**
 * The equations in plain TypeScript, one element after the other. It computes in double precision and rounds to the
 * dtype when it stores a result. It is short enough to be checked by eye. Other engines are tested against it.
 */
export const reference: HostEngine = {
  kind: 'host',
  name: 'reference',
  variant: '',
  allocatedBytes: 0,
  pack: (spec, weights) => new ReferenceWeights(spec, weights),
  recurrent: (weights, call) => runSequence(weights, call),
  training: referenceTraining,
  optimizers: referenceOptimizers,
  stream: (weights, batch) => new ReferenceStream(ReferenceWeights.of(weights), batch),
  matmul,
  packMatrix,
  multiply,
  multiplyInto,
  map,
  mapInto,
  zip,
  softmax,
  softmaxInto,
}

/** Runs each timestep as a sequence of length one. */
class ReferenceStream implements RecurrentStream {
  readonly batch: number
  readonly #weights: PackedWeights
  #h: FloatArray = new Float32Array(0)
  #c: FloatArray | null = null
  #disposed = false

  constructor(weights: PackedWeights, batch: number) {
    checkStream(weights.spec, batch)
    this.batch = batch
    this.#weights = weights
    this.reset()
  }

  get h(): FloatArray {
    return this.#h.slice()
  }

  get c(): FloatArray | null {
    return this.#c?.slice() ?? null
  }

  step(input: FloatArray): FloatArray {
    const { spec } = this.#weights
    checkStep(spec, input, this.batch * spec.inputSize)
    if (this.#disposed) throw new Error('recurrent: this call was disposed')
    const batchSizes = Int32Array.of(this.batch)
    const { output, hn, cn } = runSequence(this.#weights, { input, batchSizes, h0: this.#h, c0: this.#c })
    this.#h = hn
    this.#c = cn
    return output
  }

  reset(h: FloatArray | null = null, c: FloatArray | null = null): void {
    const { spec } = this.#weights
    const { H, P } = sizesOf(spec)
    checkState(spec, this.batch, h, c)
    const states = spec.numLayers * this.batch
    this.#h = h?.slice() ?? allocate(spec.dtype, states * P)
    this.#c = spec.mode === 'LSTM' ? (c?.slice() ?? allocate(spec.dtype, states * H)) : null
  }

  dispose(): void {
    this.#disposed = true
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
