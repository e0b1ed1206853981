import type { Handle } from '../gpujs/types.ts'
import type { RecurrentNode } from '../graph.ts'
import type { Walk, WalkStart } from '../schedule/backwardEmitter.ts'
import { required } from '../schedule/required.ts'
import { projectBack } from '../sourceParts.ts'
import {
  gradientColumns,
  gruGradient,
  hiddenBefore,
  lastHidden,
  lstmGradient,
  rnnGradient,
} from './gradientSources.ts'
import { History } from './history.ts'
import { type Recording, WebGpuEmitter } from './webGpuEmitter.ts'
import { WebGpuPast } from './webGpuPast.ts'

/**
 * Records the walk of one direction backward. A timestep is two launches, for `d` and `dh`, or three with a projection.
 * An LSTM's
 * `dc` is a part of `d`.
 */
export class WebGpuWalk extends WebGpuEmitter implements Walk<Handle> {
  readonly #start: WalkStart<Handle>
  readonly #past: WebGpuPast
  /** The gradient of the last cell state; null unless it is an LSTM. */
  readonly #final: Handle | null

  constructor(node: RecurrentNode, recording: Recording, start: WalkStart<Handle>) {
    super(node, recording)
    this.#start = start
    this.#final = start.final.c && this.leaf(start.final.c)
    this.#past = new WebGpuPast(node, recording, start)
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
        const { g } = required(this.#past.gates, 'gates')
        const source = lstmGradient(H, dc === this.#final ? 0 : 4 * H, masked)
        return this.launch(source, size, [
          ...[g, this.#past.states(), s, dm],
          ...[required(dc, 'a gradient of a cell state'), ...at],
        ])
      }
      case 'GRU': {
        const { p, g } = required(this.#past.gates, 'gates')
        return this.launch(gruGradient(H, masked), size, [p, g, this.#past.states(), dm, ...at])
      }
      case 'RNN_TANH':
      case 'RNN_RELU':
        return this.launch(rnnGradient(mode, masked), size, [s, dm, ...at])
      default:
        return mode satisfies never
    }
  }

  /** `d` has it in its last columns. */
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
    return this.#past.hiddens()
  }

  /** Does nothing, like {@link WebGpuEmitter.release}. */
  end(): void {}

  /** Timesteps are added from the last to the first of the direction. */
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
