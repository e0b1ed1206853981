import { sizesOf } from '@unroll/kernels/spec'
import type { RecurrentNode } from '../graph.ts'
import type { SequenceDemand } from './demand.ts'
import { type Direction, directionsOf, timeOf } from './direction.ts'
import type { Collector } from './emitter.ts'
import type { ForwardEmitter, State } from './forwardEmitter.ts'
import { required } from './required.ts'

/** The results of a sequence. */
export interface Sequence<H> {
  /** The last layer's hidden states `(T * N, D * P)`; throws unless they were asked for. */
  output(): H
  /** The states of direction `index` after its last timestep. */
  state(index: number): State<H>
  /** The hidden states `(N, P)` of the last layer, of each side. */
  last(): readonly H[]
  /** What the gradients of direction `index` read; throws unless they were asked for. */
  kept(index: number): Kept<H>
}

/** What a direction read and computed. Rows are those of all timesteps, ordered by time. */
export interface Kept<H> {
  /** `(T * N, K)`: the layer's input, after dropout. */
  readonly x: H
  readonly initial: State<H>
  /** Hidden states after each timestep, as the collector of {@link ForwardEmitter.hiddens} gives them. */
  readonly h: H
  /** All states after each timestep, as that of {@link ForwardEmitter.cells} gives them; where there is none, `h`. */
  readonly s: H
}

/**
 * Launches a sequence on any backend: layer by layer, direction by direction, timestep by timestep. The inputs' share of
 * the gates is computed for a chunk of timesteps at once.
 * @param input `(T * N, I)`
 */
export function runForward<H>(
  node: RecurrentNode,
  input: H,
  emitter: ForwardEmitter<H>,
  { wantsOutput, keptFrom }: SequenceDemand,
): Sequence<H> {
  const { numLayers } = node.spec
  const states: State<H>[] = []
  const kept = new Map<number, Kept<H>>()
  let x = input
  let output: H | null = null
  for (let layer = 0; layer < numLayers; layer++) {
    const keeps = layer >= keptFrom
    const isLast = layer === numLayers - 1
    const collector = keeps || wantsOutput || !isLast ? emitter.hiddens(keeps) : null
    const directions = directionsOf(node, layer, (matrix) => emitter.resident(matrix))
    const runs = directions.map((direction) =>
      runDirection(node.T, emitter, { direction, x, keeps, hidden: collector?.(direction.side) ?? null }),
    )
    states.push(...runs.map(({ last }) => last))
    const gathered = runs.flatMap((run) => (run.hidden ? [{ ...run, h: run.hidden.gathered() }] : []))
    if (gathered.length === 0) break
    if (keeps) {
      for (const { index, initial, cells, h } of gathered)
        kept.set(index, { x, initial, h, s: cells?.gathered() ?? h })
    }
    x = emitter.beside(gathered.map(({ h }) => h))
    const factors = node.dropout[layer]
    if (factors) x = emitter.dropout(x, factors)
    if (isLast) output = x
  }
  return {
    output: () => required(output, 'an output'),
    state: (index) => required(states[index], `states of direction ${index}`),
    last: () => states.slice(-sizesOf(node.spec).D).map(({ h }) => h),
    kept: (index) => required(kept.get(index), `kept states of direction ${index}`),
  }
}

/** What a direction computed. */
interface DirectionRun<H> {
  readonly index: number
  readonly initial: State<H>
  readonly last: State<H>
  readonly hidden: Collector<H> | null
  readonly cells: Collector<H> | null
}

interface DirectionStart<H> {
  readonly direction: Direction<H>
  /** What the layer reads. */
  readonly x: H
  /** Whether gradients will read the states. */
  readonly keeps: boolean
  /** What gathers the hidden states; null if nothing reads them. */
  readonly hidden: Collector<H> | null
}

function runDirection<H>(
  T: number,
  emitter: ForwardEmitter<H>,
  { direction, x, keeps, hidden }: DirectionStart<H>,
): DirectionRun<H> {
  const { side, index } = direction
  const { projection } = direction.weights
  const { chunk } = emitter
  const initial = emitter.initial(direction)
  const cells = keeps ? emitter.cells(direction) : null
  let state = initial
  let p: H | null = null
  let first = 0
  for (let i = 0; i < T; i++) {
    const t = timeOf(T, side, i)
    if (p === null || t < first || t >= first + chunk) {
      if (p !== null) emitter.release([p])
      first = Math.floor(t / chunk) * chunk
      p = emitter.projectInputs(direction, x, first)
    }
    const { h, s: old } = state
    const s = emitter.step(direction, { t, p, at: t - first }, state)
    state = { s, h: projection === null ? s : emitter.project(projection, { s, h }, t) }
    // Gradients read the initial states once more.
    if (!keeps || i > 0) emitter.release([h, old])
    hidden?.add(state.h, t)
    cells?.add(s, t)
  }
  if (p !== null) emitter.release([p])
  return { index, initial, last: state, hidden, cells }
}
