import type { BackwardNode, GradientNode } from '../graph.ts'
import type { BackwardEmitter, Walk } from './backwardEmitter.ts'
import type { GradientDemand } from './demand.ts'
import { type Direction, directionsOf, timeOf } from './direction.ts'
import type { Collector } from './emitter.ts'
import type { Kept } from './forward.ts'
import { required } from './required.ts'

/** The gradients of a sequence; throws for one that was not asked for. */
export type Gradients<H> = (which: GradientNode['which'], index: number) => H

/** What all functions below share. */
interface Backward<H> {
  readonly node: BackwardNode
  readonly emitter: BackwardEmitter<H>
  /** What direction `index` read and computed on its way forward. */
  readonly kept: (index: number) => Kept<H>
  readonly asked: GradientDemand
  readonly give: (which: GradientNode['which'], index: number, gradient: H) => void
}

/**
 * Launches backpropagation through time on any backend: from the last layer down, direction by direction, from the last
 * timestep of each to its first. A launch that no wanted gradient needs is left out.
 * @param output `(T * N, D * P)`: gradient of the output
 */
export function runBackward<H>(
  node: BackwardNode,
  output: H,
  emitter: BackwardEmitter<H>,
  { kept, asked }: Pick<Backward<H>, 'kept' | 'asked'>,
): Gradients<H> {
  const { spec, dropout } = node.of
  const found = new Map<string, H>()
  const give: Backward<H>['give'] = (which, index, gradient) => {
    found.set(`${which} ${index}`, gradient)
  }
  const asksInput = asked.has('input', 0)
  let y = output
  for (let layer = spec.numLayers - 1; layer >= asked.lowestLayer; layer--) {
    const passesOn = layer > asked.lowestLayer || asksInput
    const walked = runLayer({ node, emitter, kept, asked, give }, layer, y, passesOn)
    if (!passesOn) break
    y = emitter.inputGradient(layer, walked)
    const factors = dropout[layer - 1]
    if (factors) y = emitter.dropout(y, factors)
  }
  if (asksInput) give('input', 0, y)
  return (which, index) => required(found.get(`${which} ${index}`), `a gradient of ${which} ${index}`)
}

/**
 * @param y gradient of the layer's output
 * @param passesOn whether the gradient of the layer's input is needed
 * @returns what that gradient is computed from, of each direction that was walked
 */
function runLayer<H>(
  backward: Backward<H>,
  layer: number,
  y: H,
  passesOn: boolean,
): { readonly d: H; readonly weight: H }[] {
  const { node, emitter, asked } = backward
  let cleared: H | null = null
  const read = (x: H): H => {
    // The host sends zeros after the end of each sequence.
    if (node.of.lengths === null || layer === 0) return x
    cleared ??= emitter.running(x)
    return cleared
  }
  return directionsOf(node.of, layer, (matrix) => emitter.resident(matrix)).flatMap((direction) => {
    if (!passesOn && !asked.hasAnyOf(direction.index)) return []
    const d = runDirection(backward, direction, y, { passesOn, read })
    return d === null ? [] : [{ d, weight: direction.weights.input }]
  })
}

/**
 * @param read gives the factor of the input weights' gradient, from what the layer read
 * @returns the gradients of the gates of all timesteps; null if nothing reads them
 */
function runDirection<H>(
  backward: Backward<H>,
  direction: Direction<H>,
  y: H,
  { passesOn, read }: { readonly passesOn: boolean; readonly read: (x: H) => H },
): H | null {
  const { node, emitter, asked, give } = backward
  const { index, layer } = direction
  const asks = (which: GradientNode['which']): boolean => asked.has(which, index)
  const kept = backward.kept(index)
  const final = required(node.final[index], `gradients of the last states of direction ${index}`)
  const walk = emitter.walk({ direction, kept, final, y })
  const gates = passesOn || asks('weightIh') || asks('weightHh') ? walk.gates() : null
  const hiddens = asks('weightHr') ? walk.hiddens() : null
  runTimesteps(backward, direction, walk, { gates, hiddens })
  const d = gates?.gathered() ?? null
  if (d !== null && asks('weightIh')) {
    give('weightIh', index, emitter.weightGradient(layer, 'input', d, read(kept.x)))
  }
  if (d !== null && asks('weightHh')) {
    give('weightHh', index, emitter.weightGradient(layer, 'hidden', d, walk.hiddensBefore()))
  }
  if (hiddens) give('weightHr', index, emitter.projectionGradient(hiddens.gathered(), kept.s))
  walk.end()
  return d
}

/** Gathers the gradients of gates and hidden states where there are collectors for them. */
function runTimesteps<H>(
  { node, emitter, asked, give }: Backward<H>,
  { index, side }: Direction<H>,
  walk: Walk<H>,
  { gates, hiddens }: { readonly gates: Collector<H> | null; readonly hiddens: Collector<H> | null },
): void {
  const { T } = node.of
  let dh = walk.lastHidden(timeOf(T, side, T - 1))
  let dc = walk.lastCell()
  for (let i = T - 1; i >= 0; i--) {
    const t = timeOf(T, side, i)
    // Before the first timestep come the initial states, whose gradients may not be asked for.
    const needsHidden = i > 0 || asked.has('h0', index)
    const needsCell = i > 0 || asked.has('c0', index)
    hiddens?.add(dh, t)
    if (!gates && !needsHidden && !needsCell) return
    const dm = walk.projectBack(dh)
    const d = walk.gradient(t, dm, dc)
    const cell = needsCell ? walk.cellBefore(t, d, dm, dc) : null
    gates?.add(d, t)
    const hidden = needsHidden ? walk.hiddenBefore(t, d, dh, i > 0 ? timeOf(T, side, i - 1) : null) : null
    emitter.release(dc === null ? [dh, dm, d] : [dh, dm, d, dc])
    if (i === 0) {
      if (hidden !== null) give('h0', index, hidden)
      if (cell !== null) give('c0', index, cell)
    }
    dh = hidden ?? dh
    dc = cell
  }
}
