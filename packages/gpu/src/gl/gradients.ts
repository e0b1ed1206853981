import { gateCount } from '@unroll/kernels/spec'
import type { Texture } from '../gpujs/types.ts'
import type { BackwardNode, GradientNode } from '../graph.ts'
import { multiply, projectBack } from '../sourceParts.ts'
import type { Argument } from './glLauncher.ts'
import type { GlMatrix, GlRun } from './glRun.ts'
import {
  before,
  cellBefore,
  gates,
  gruGradient,
  hiddenBefore,
  inputGradient,
  lastHidden,
  lstmGradient,
  projectionGradient,
  rnnGradient,
  running,
  type Through,
  weightGradient,
  zeros4,
} from './gradientSources.ts'
import { corner } from './grid.ts'
import { extended, type KeptSequence } from './recurrent.ts'
import { affine4 } from './sources.ts'

/** The gradients of a sequence. */
export type Gradients = (which: GradientNode['which'], index: number) => GlMatrix

/**
 * Backpropagation through time, from the last layer down. A timestep is two launches (d, and the gradient of the hidden
 * state before), of LSTM three (that of the cell state), with a projection one more. The gates are computed again, those of
 * all timesteps by two launches; the gradients of each matrix of weights are one launch over all timesteps.
 */
export function gradientsOf(
  node: BackwardNode,
  run: GlRun,
  kept: (index: number) => KeptSequence,
): Gradients {
  const { of } = node
  const { spec, T, N } = of
  const { mode, hiddenSize: H, numLayers } = spec
  const { launcher, context } = run
  const [G, D, P] = [gateCount(mode), spec.bidirectional ? 2 : 1, spec.projSize || H]
  const masked = of.lengths !== null
  // As in the forward pass: no texture of one row.
  const height = Math.max(N, 2)
  const [hiddenSize, cellSize] = [
    { width: P, height },
    { width: H, height },
  ]
  const [all, hiddenAll] = [run.grid(T * N, H, N), run.grid(T * N, P, N)]
  const lengths =
    of.lengths && run.upload({ data: extended(of.lengths.data, 1, height), rows: height, columns: 1 }).texture
  const lengthsArgument = lengths === null ? [] : [lengths]
  const found = new Map<string, GlMatrix>()
  const state = (data: Float32Array, columns: number): Texture =>
    run.upload({ data: extended(data, columns, height), rows: height, columns }).texture

  /** What a layer read, for the products with its gradients: the host fills what it sends up with zeros. */
  const inputs = new Map<number, GlMatrix>()
  const inputOf = (layer: number, x: GlMatrix): GlMatrix => {
    if (lengths === null || layer === 0) return x
    const { grid, texture } = x
    const input = inputs.get(layer) ?? {
      grid,
      texture: launcher.launch(running(grid), grid, [texture, lengths]),
    }
    inputs.set(layer, input)
    return input
  }

  /** One direction of a layer, from the gradient of the layer's output; gives d of all timesteps. */
  const walk = (layer: number, direction: number, y: GlMatrix): Texture => {
    const index = layer * D + direction
    const [weights, initial, final] = [of.directions[index], of.initial[index], node.final[index]]
    if (!weights || !initial || !final) throw new Error(`webgl: no weights of direction ${index}`)
    const hidden = run.weight(weights.hidden).texture
    const projection = weights.projection && run.weight(weights.projection).texture
    const depth = layer === 0 ? spec.inputSize : D * P
    const reversed = direction === 1
    const { x, h, s } = kept(index)

    const hiddens = launcher.launch(
      before({ s: h.grid, out: hiddenAll, from: direction * P, channel: null }, reversed, masked),
      hiddenAll,
      [h.texture, state(initial.h.data, P), ...lengthsArgument],
    )
    const cells =
      s &&
      initial.c &&
      launcher.launch(before({ s: s.grid, out: all, from: 0, channel: 1 }, reversed, masked), all, [
        ...[s.texture, state(initial.c.data, H)],
        ...lengthsArgument,
      ])
    let g: Texture | null = null
    if (mode === 'LSTM' || mode === 'GRU') {
      const source = affine4(depth, x.grid, all, null)
      const p = launcher.launch(source, all, [x.texture, run.weight(weights.input).texture, 0])
      g = launcher.launch(gates(mode, P, hiddenAll, all), all, [p, hiddens, hidden])
      launcher.release(p)
    }

    const history = g ? launcher.launch(zeros4, all, []) : run.blank(all)
    const hiddenHistory = projection && run.blank(hiddenAll)
    const timeOf = (i: number): number => (reversed ? T - 1 - i : i)
    const outputAt = (t: number): [Texture, number, number] => {
      const at = corner(y.grid, t)
      return [y.texture, at.y, at.x + direction * P]
    }
    let dh = launcher.launch(lastHidden, hiddenSize, [state(final.h.data, P), ...outputAt(timeOf(T - 1))])
    let dc = final.c && state(final.c.data, H)
    for (let i = T - 1; i >= 0; i--) {
      const t = timeOf(i)
      const at = corner(all, t)
      const mask: readonly Argument[] = lengths === null ? [] : [lengths, t]
      const used = [dh]
      let dm = dh
      if (projection && hiddenHistory) {
        dm = launcher.launch(projectBack(P), cellSize, [dh, projection])
        used.push(dm)
        context.copy(dh, hiddenHistory, { ...corner(hiddenAll, t), width: P, height: N })
      }
      let d: Texture
      if (mode === 'LSTM') {
        if (!(g && s && cells && dc)) throw new Error('webgl: no cell states were kept')
        d = launcher.launch(lstmGradient(masked), cellSize, [
          ...[g, s.texture, dm, dc, cells],
          ...[at.y, at.x],
          ...mask,
        ])
        used.push(dc)
        dc = launcher.launch(cellBefore(masked), cellSize, [g, s.texture, dm, dc, at.y, at.x, ...mask])
      } else if (mode === 'GRU') {
        if (!g) throw new Error('webgl: no gates were computed')
        d = launcher.launch(gruGradient(masked), cellSize, [g, hiddens, dh, at.y, at.x, ...mask])
      } else {
        const place = corner(h.grid, t)
        const args = [h.texture, dh, place.y, place.x + direction * P, ...mask]
        d = launcher.launch(rnnGradient(mode, masked), cellSize, args)
      }
      context.copy(d, history, { ...at, width: H, height: N })
      const gate = mode === 'GRU' && g ? [g, at.y, at.x] : []
      dh = launcher.launch(hiddenBefore(mode, H, masked, i > 0), hiddenSize, [
        ...[d, hidden],
        ...(masked || mode === 'GRU' ? [dh] : []),
        ...gate,
        ...mask,
        ...(i > 0 ? outputAt(timeOf(i - 1)) : []),
      ])
      for (const texture of [...used, d]) launcher.release(texture)
    }
    found.set(`h0 ${index}`, { texture: dh, grid: run.grid(N, P) })
    if (dc) found.set(`c0 ${index}`, { texture: dc, grid: run.grid(N, H) })

    const weightsOf = (through: Through, terms: GlMatrix, columns: number): GlMatrix => {
      const grid = run.grid(G * H, columns + 1)
      const source = weightGradient(mode, through, { d: all, x: terms.grid, out: grid })
      return { grid, texture: launcher.launch(source, grid, [history, terms.texture]) }
    }
    found.set(`weightIh ${index}`, weightsOf('input', inputOf(layer, x), depth))
    found.set(`weightHh ${index}`, weightsOf('hidden', { texture: hiddens, grid: hiddenAll }, P))
    if (hiddenHistory && s) {
      const grid = run.grid(P, H)
      const source = projectionGradient({ dh: hiddenAll, s: s.grid, out: grid }, masked)
      const args = [hiddenHistory, s.texture, ...lengthsArgument]
      found.set(`weightHr ${index}`, { grid, texture: launcher.launch(source, grid, args) })
    }
    for (const texture of [hiddens, cells, g]) if (texture) launcher.release(texture)
    return history
  }

  let y = run.upload(node.output, N)
  for (let layer = numLayers - 1; layer >= 0; layer--) {
    const args: Texture[] = []
    for (let direction = 0; direction < D; direction++) {
      const weights = of.directions[layer * D + direction]
      if (weights) args.push(walk(layer, direction, y), run.weight(weights.input).texture)
    }
    const grid = run.grid(T * N, layer === 0 ? spec.inputSize : D * P, N)
    const source = inputGradient(mode, D, { d: all, out: grid }, masked)
    let texture = launcher.launch(source, grid, [...args, ...lengthsArgument])
    const factors = of.dropout[layer - 1]
    if (factors) texture = launcher.launch(multiply, grid, [texture, run.upload(factors, N).texture])
    y = { texture, grid }
  }
  found.set('input 0', y)

  return (which, index) => {
    const matrix = found.get(`${which} ${index}`)
    if (!matrix) throw new Error(`webgl: no gradient of ${which} ${index}`)
    return matrix
  }
}
