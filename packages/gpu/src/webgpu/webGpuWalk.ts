import { layerInputSize } from '@unroll/kernels/spec'
import type { Handle } from '../gpujs/types.ts'
import type { RecurrentNode } from '../graph.ts'
import type { Walk, WalkStart } from '../schedule/backwardEmitter.ts'
import { required } from '../schedule/required.ts'
import { projectBack } from '../sourceParts.ts'
import {
  before,
  gates,
  gradientColumns,
  gruGradient,
  hiddenBefore,
  lastHidden,
  lstmGradient,
  rnnGradient,
} from './gradientSources.ts'
import { History } from './history.ts'
import { affine } from './sources.ts'
import { type Recording, WebGpuEmitter } from './webGpuEmitter.ts'

/**
 * Records the walk of one direction backward. A timestep is two launches, `d` and `dh`, with a projection three; the gradient
 * of an LSTM's cell state is part of `d`. The gates are computed again, those of all timesteps by two launches.
 */
export class WebGpuWalk extends WebGpuEmitter implements Walk<Handle> {
  readonly #start: WalkStart<Handle>
  /** The inputs' shares of the gates, and the gates; null for an RNN, whose derivative needs its states only. */
  readonly #gates: { readonly p: Handle; readonly g: Handle } | null
  /** What `before` gave already, by what it was given. */
  readonly #earlier = new Map<Handle, Handle>()
  /** The gradient of the last cell state, where there is one. */
  readonly #final: Handle | null

  constructor(node: RecurrentNode, recording: Recording, start: WalkStart<Handle>) {
    super(node, recording)
    this.#start = start
    this.#final = start.final.c && this.leaf(start.final.c)
    this.#gates = this.#computeGates()
  }

  gates(): History {
    return this.#history(this.#columns)
  }

  hiddens(): History {
    return this.#history(this.sizes.P)
  }

  lastHidden(t: number): Handle {
    const { final, y } = this.#start
    return this.launch(lastHidden(this.#column), this.#state, [this.leaf(final.h), y, t * this.node.N])
  }

  lastCell(): Handle | null {
    return this.#final
  }

  projectBack(dh: Handle): Handle {
    const { projection } = this.#start.direction.weights
    if (projection === null) return dh
    return this.launch(projectBack(this.sizes.P), { rows: this.node.N, columns: this.sizes.H }, [
      dh,
      projection,
    ])
  }

  gradient(t: number, dm: Handle, dc: Handle | null): Handle {
    const { masked } = this
    const { H } = this.sizes
    const { mode } = this.node.spec
    const { s } = this.#start.kept
    const size = { rows: this.node.N, columns: this.#columns }
    const at = [t * this.node.N, ...this.mask(t)]
    switch (mode) {
      case 'LSTM': {
        const { g } = required(this.#gates, 'gates')
        const source = lstmGradient(H, dc === this.#final ? 0 : 4 * H, masked)
        return this.launch(source, size, [
          ...[g, this.#statesBefore(), s, dm],
          ...[required(dc, 'a gradient of a cell state'), ...at],
        ])
      }
      case 'GRU': {
        const { p, g } = required(this.#gates, 'gates')
        return this.launch(gruGradient(H, masked), size, [p, g, this.#statesBefore(), dm, ...at])
      }
      case 'RNN_TANH':
      case 'RNN_RELU':
        return this.launch(rnnGradient(mode, masked), size, [s, dm, ...at])
      default:
        return mode satisfies never
    }
  }

  /** It stands in `d`, see {@link gradientColumns}. */
  cellBefore(_t: number, d: Handle): Handle | null {
    return this.#final && d
  }

  hiddenBefore(t: number, d: Handle, dh: Handle, earlier: number | null): Handle {
    const { y, direction } = this.#start
    const column = earlier === null ? null : this.#column
    const source = hiddenBefore(this.node.spec.mode, this.sizes.H, this.masked, column)
    return this.launch(source, this.#state, [
      ...[d, direction.weights.hidden],
      ...(this.masked ? [dh, ...this.mask(t)] : []),
      ...(earlier === null ? [] : [y, earlier * this.node.N]),
    ])
  }

  hiddensBefore(): Handle {
    const { kept } = this.#start
    return kept.h === kept.s ? this.#statesBefore() : this.#before(kept.h, kept.initial.h, this.sizes.P)
  }

  end(): void {}

  #computeGates(): { readonly p: Handle; readonly g: Handle } | null {
    const { mode } = this.node.spec
    if (mode !== 'LSTM' && mode !== 'GRU') return null
    const { direction, kept } = this.#start
    const { G, H, P } = this.sizes
    const { input, hidden } = direction.weights
    const size = { rows: this.node.T * this.node.N, columns: G * H }
    const source = affine(layerInputSize(this.sizes, direction.layer), null)
    const p = this.launch(source, size, [kept.x, input, 0])
    return { p, g: this.launch(gates(mode, H, P), size, [p, this.hiddensBefore(), hidden]) }
  }

  /** All states before each timestep, as `kept.s`. */
  #statesBefore(): Handle {
    const { kept } = this.#start
    const { H, P } = this.sizes
    return this.#before(kept.s, kept.initial.s, this.node.spec.mode === 'LSTM' ? 2 * H : P)
  }

  #before(states: Handle, first: Handle, columns: number): Handle {
    const { T, N } = this.node
    const source = before(T, N, this.#start.direction.side === 1, this.masked)
    const found =
      this.#earlier.get(states) ??
      this.launch(source, { rows: T * N, columns }, [states, first, ...this.lengths])
    this.#earlier.set(states, found)
    return found
  }

  /** Timesteps come from the last on. */
  #history(columns: number): History {
    return new History(this.launch, columns, this.node.N, this.#start.direction.side === 0)
  }

  get #state(): { readonly rows: number; readonly columns: number } {
    return { rows: this.node.N, columns: this.sizes.P }
  }

  /** Columns of `d`. */
  get #columns(): number {
    return gradientColumns(this.node.spec.mode, this.sizes.H)
  }

  /** Where this direction begins in the columns of `y`. */
  get #column(): number {
    return this.#start.direction.side * this.sizes.P
  }
}
