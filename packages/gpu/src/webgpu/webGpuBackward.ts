import { layerInputSize } from '@unroll/kernels/spec'
import type { Handle } from '../gpujs/types.ts'
import type { BackwardEmitter, WalkStart } from '../schedule/backwardEmitter.ts'
import type { Through } from '../sourceParts.ts'
import { inputGradient, projectionGradient, running, weightGradient } from './gradientSources.ts'
import { WebGpuEmitter } from './webGpuEmitter.ts'
import { WebGpuWalk } from './webGpuWalk.ts'

/** Records the walk of a sequence backward: its directions, and one launch for each gradient over all timesteps. */
export class WebGpuBackward extends WebGpuEmitter implements BackwardEmitter<Handle> {
  walk(start: WalkStart<Handle>): WebGpuWalk {
    return new WebGpuWalk(this.node, { launch: this.launch, leaf: this.leaf }, start)
  }

  running(x: Handle): Handle {
    const { D, P } = this.sizes
    return this.launch(running(this.node.N), { rows: this.#rows, columns: D * P }, [x, ...this.lengths])
  }

  weightGradient(layer: number, through: Through, d: Handle, x: Handle): Handle {
    const { G, H, P } = this.sizes
    const depth = through === 'input' ? layerInputSize(this.sizes, layer) : P
    const source = weightGradient(this.node.spec.mode, through, { H, depth, rows: this.#rows })
    return this.launch(source, { rows: G * H, columns: depth + 1 }, [d, x])
  }

  projectionGradient(dh: Handle, s: Handle): Handle {
    const { T, N } = this.node
    const { H, P } = this.sizes
    const source = projectionGradient(T, N, this.masked)
    return this.launch(source, { rows: P, columns: H }, [dh, s, ...this.lengths])
  }

  inputGradient(
    layer: number,
    directions: readonly { readonly d: Handle; readonly weight: Handle }[],
  ): Handle {
    const { D, H } = this.sizes
    const source = inputGradient(this.node.spec.mode, H, D, this.masked ? this.node.N : null)
    return this.launch(source, { rows: this.#rows, columns: layerInputSize(this.sizes, layer) }, [
      ...directions.flatMap(({ d, weight }) => [d, weight]),
      ...this.lengths,
    ])
  }

  get #rows(): number {
    return this.node.T * this.node.N
  }
}
