import { layerInputSize } from '@unroll/kernels/spec'
import type { Handle } from '../gpujs/types.ts'
import type { RecurrentNode } from '../graph.ts'
import type { Direction } from '../schedule/direction.ts'
import type { ForwardEmitter, State, Timestep } from '../schedule/forwardEmitter.ts'
import { History } from './history.ts'
import { affine, beside, gruStep, lstmStep, project, rnnStep, type Shares, shareOut } from './sources.ts'
import { type Recording, WebGpuEmitter } from './webGpuEmitter.ts'

/** How many floats of the inputs' share of the gates are held at once: 64 MiB. */
const chunkFloats = 2 ** 24

/**
 * Records the launches of a sequence on WebGPU. A timestep is one launch, one more with a projection, and one more where
 * products are shared out. An LSTM's states hold h and c side by side, `(N, 2*H)`; a projected h is a matrix of its own.
 */
export class WebGpuForward extends WebGpuEmitter implements ForwardEmitter<Handle> {
  readonly chunk: number
  readonly #isProjected: boolean
  readonly #shares: Shares | null

  constructor(node: RecurrentNode, recording: Recording) {
    super(node, recording)
    const { G, H, P } = this.sizes
    const { N, spec } = node
    this.chunk = Math.max(1, Math.floor(chunkFloats / (N * G * H)))
    this.#isProjected = spec.projSize > 0
    this.#shares = sharesOf(N * (spec.mode === 'LSTM' ? 2 * H : H), G * P, N)
  }

  initial({ initial: { h, c }, weights }: Direction<Handle>): State<Handle> {
    const hidden = this.leaf(h)
    if (c === null) return { h: hidden, s: hidden }
    const { H } = this.sizes
    const cell = this.leaf(c)
    const isProjected = weights.projection !== null
    // With a projection, the first h before it is never read.
    const first = isProjected ? cell : hidden
    const s = this.launch(beside(H), { rows: this.node.N, columns: 2 * H }, [first, cell])
    return { h: isProjected ? hidden : s, s }
  }

  hiddens(keeps: boolean): (side: number) => History {
    const { H, P } = this.sizes
    const holdsCells = keeps && this.node.spec.mode === 'LSTM' && !this.#isProjected
    return (side) => new History(this.launch, holdsCells ? 2 * H : P, this.node.N, side === 1)
  }

  cells({ side }: Direction<Handle>): History | null {
    return this.#isProjected ? new History(this.launch, 2 * this.sizes.H, this.node.N, side === 1) : null
  }

  projectInputs({ layer, weights }: Direction<Handle>, x: Handle, first: number): Handle {
    const { T, N, order } = this.node
    const source = affine(
      layerInputSize(this.sizes, layer),
      layer === 0 && order === 'batch' ? { T, N } : null,
    )
    const rows = Math.min(this.chunk, T - first) * N
    return this.launch(source, { rows, columns: this.sizes.G * this.sizes.H }, [x, weights.input, first * N])
  }

  step({ weights }: Direction<Handle>, { t, p, at }: Timestep<Handle>, { h, s }: State<Handle>): Handle {
    const { H, P } = this.sizes
    const { mode } = this.node.spec
    const { N: rows } = this.node
    const { masked } = this
    const shares = this.#shares
    const isProjected = this.#isProjected
    const { hidden } = weights
    const product = shares ? this.#shared(shares, h, hidden) : hidden
    const before = [p, s, at * rows]
    const mask = this.mask(t)
    switch (mode) {
      case 'LSTM': {
        const args = [...before, product, ...(isProjected && !shares ? [h] : []), ...mask]
        return this.launch(lstmStep(H, P, { isProjected, masked, shares }), { rows, columns: 2 * H }, args)
      }
      case 'GRU': {
        // The candidate's bias is part of the weights.
        const args = [...before, ...(shares ? [hidden, product] : [product]), ...mask]
        return this.launch(gruStep(H, masked, shares), { rows, columns: H }, args)
      }
      case 'RNN_TANH':
      case 'RNN_RELU':
        return this.launch(rnnStep(mode, H, masked, shares), { rows, columns: H }, [
          ...before,
          product,
          ...mask,
        ])
      default:
        return mode satisfies never
    }
  }

  project(projection: Handle, { h, s }: State<Handle>, t: number): Handle {
    const { H, P } = this.sizes
    return this.launch(project(H, this.masked), { rows: this.node.N, columns: P }, [
      ...[s, h, projection],
      ...this.mask(t),
    ])
  }

  beside(hiddens: readonly Handle[]): Handle {
    const { D, P } = this.sizes
    const [forward, reverse] = hiddens
    if (forward !== undefined && reverse === undefined) return forward
    return this.launch(beside(P), { rows: this.node.T * this.node.N, columns: D * P }, hiddens)
  }

  /** The shares of `W_hh h` of a timestep. */
  #shared(shares: Shares, h: Handle, weights: Handle): Handle {
    const { G, H, P } = this.sizes
    return this.launch(shareOut(P, shares), { rows: shares.count * shares.N, columns: G * H }, [h, weights])
  }
}

/**
 * How the products of a timestep are shared out among threads; null if each thread computes whole sums. Measured on an
 * NVIDIA H200, a timestep of an LSTM was 14 times as fast with one sequence of 2048 units and 1.5 times with 32 of 512;
 * at the bounds below it was a tenth faster or slower. The bounds for GRU and RNN follow from their numbers of terms.
 * @param threads how many a timestep has
 * @param terms how many each of them adds up
 */
function sharesOf(threads: number, terms: number, N: number): Shares | null {
  if (terms < 768 || threads >= 2 ** 16) return null
  return { count: N <= 8 ? 8 : 4, N }
}
