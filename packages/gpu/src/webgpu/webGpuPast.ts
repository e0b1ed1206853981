import { layerInputSize } from '@unroll/kernels/spec'
import type { Handle } from '../gpujs/types.ts'
import type { RecurrentNode } from '../graph.ts'
import type { WalkStart } from '../schedule/backwardEmitter.ts'
import { before, gates } from './gradientSources.ts'
import { affine } from './sources.ts'
import { type Recording, WebGpuEmitter } from './webGpuEmitter.ts'

/** The inputs' share of the gates, and the gates, both of all timesteps: `(T * N, G*H)`. */
interface Gates {
  readonly p: Handle
  readonly g: Handle
}

/**
 * What the walk of a direction backward reads besides the states that were kept: the states before each timestep, and the
 * gates, which are computed again. The states are one launch for all timesteps, the gates two.
 */
export class WebGpuPast extends WebGpuEmitter {
  /** Null for an RNN, whose derivative needs only its states. */
  readonly gates: Gates | null
  readonly #start: WalkStart<Handle>
  /** What was computed already, by the states after each timestep that it was computed from. */
  readonly #known = new Map<Handle, Handle>()

  constructor(node: RecurrentNode, recording: Recording, start: WalkStart<Handle>) {
    super(node, recording)
    this.#start = start
    this.gates = this.#computeGates()
  }

  /** The hidden states before each timestep, `(T * N, P)` in the first P columns. */
  hiddens(): Handle {
    const { h, s, initial } = this.#start.kept
    return h === s ? this.states() : this.#before(h, initial.h, this.sizes.P)
  }

  /** All states before each timestep: for an LSTM h and c, `(T * N, 2*H)`, else the hidden states. */
  states(): Handle {
    const { s, initial } = this.#start.kept
    const { H, P } = this.sizes
    return this.#before(s, initial.s, this.node.spec.mode === 'LSTM' ? 2 * H : P)
  }

  #computeGates(): Gates | null {
    const { mode } = this.node.spec
    if (mode !== 'LSTM' && mode !== 'GRU') return null
    const { direction, kept } = this.#start
    const { G, H, P } = this.sizes
    const { input, hidden } = direction.weights
    const size = { rows: this.node.T * this.node.N, columns: G * H }
    const source = affine(layerInputSize(this.sizes, direction.layer), null)
    const p = this.launch(source, size, [kept.x, input, 0])
    return { p, g: this.launch(gates(mode, H, P), size, [p, this.hiddens(), hidden]) }
  }

  #before(states: Handle, first: Handle, columns: number): Handle {
    const { T, N } = this.node
    const source = before(T, N, this.#start.direction.side === 1, this.masked)
    const found =
      this.#known.get(states) ??
      this.launch(source, { rows: T * N, columns }, [states, first, ...this.lengths])
    this.#known.set(states, found)
    return found
  }
}
