import type { Texture } from '../gpujs/types.ts'
import type { BackwardEmitter, WalkStart } from '../schedule/backwardEmitter.ts'
import type { Through } from '../sourceParts.ts'
import { GlEmitter } from './glEmitter.ts'
import { GlWalk } from './glWalk.ts'
import { inputGradient, projectionGradient, running, weightGradient } from './gradientSources.ts'

/** Launches the walk of a sequence backward: its directions, and one launch for each gradient over all timesteps. */
export class GlBackward extends GlEmitter implements BackwardEmitter<Texture> {
  walk(start: WalkStart<Texture>): GlWalk {
    return new GlWalk(this.node, this.run, this.inputGrid, start)
  }

  running(x: Texture): Texture {
    const { D, P } = this.sizes
    const grid = this.gridOfAll(D * P)
    return this.launch(running(grid), grid, [x, ...this.lengths])
  }

  weightGradient(layer: number, through: Through, d: Texture, x: Texture): Texture {
    const { G, H, P } = this.sizes
    const terms = through === 'input' ? this.gridOfInput(layer) : this.gridOfAll(P)
    const out = this.run.grid(G * H, terms.columns + 1)
    const source = weightGradient(this.node.spec.mode, through, { d: this.gridOfAll(H), x: terms, out })
    return this.launch(source, out, [d, x])
  }

  projectionGradient(dh: Texture, s: Texture): Texture {
    const { H, P } = this.sizes
    const out = this.run.grid(P, H)
    const source = projectionGradient({ dh: this.gridOfAll(P), s: this.gridOfAll(H), out }, this.masked)
    return this.launch(source, out, [dh, s, ...this.lengths])
  }

  inputGradient(
    layer: number,
    directions: readonly { readonly d: Texture; readonly weight: Texture }[],
  ): Texture {
    const { D, H } = this.sizes
    const out = this.gridOfAll(this.gridOfInput(layer).columns)
    const source = inputGradient(this.node.spec.mode, D, { d: this.gridOfAll(H), out }, this.masked)
    return this.launch(source, out, [...directions.flatMap(({ d, weight }) => [d, weight]), ...this.lengths])
  }
}
