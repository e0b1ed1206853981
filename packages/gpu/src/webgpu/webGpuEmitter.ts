import { type Sizes, sizesOf } from '@unroll/kernels/spec'
import type { Handle } from '../gpujs/types.ts'
import type { HostNode, MatrixNode, RecurrentNode } from '../graph.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'
import type { Emitter } from '../schedule/emitter.ts'
import { multiply } from '../sourceParts.ts'
import type { Launch } from './launch.ts'

/** What a plan gives its emitters. */
export interface Recording {
  readonly launch: Launch
  /** The argument of the plan that stands for a leaf of the graph. */
  readonly leaf: (leaf: MatrixNode | ResidentMatrix) => Handle
}

/** What the emitters of a sequence share on WebGPU. Each launch is recorded into a plan. */
export abstract class WebGpuEmitter implements Emitter<Handle> {
  protected readonly node: RecurrentNode
  protected readonly sizes: Sizes
  protected readonly launch: Launch
  protected readonly leaf: Recording['leaf']
  /** Whether sequences end at different timesteps. */
  protected readonly masked: boolean
  /** The last argument of kernels over all timesteps, where sequences end at different ones. */
  protected readonly lengths: readonly Handle[]

  constructor(node: RecurrentNode, { launch, leaf }: Recording) {
    this.node = node
    this.sizes = sizesOf(node.spec)
    this.launch = launch
    this.leaf = leaf
    this.masked = node.lengths !== null
    this.lengths = node.lengths === null ? [] : [leaf(node.lengths)]
  }

  resident(matrix: ResidentMatrix): Handle {
    return this.leaf(matrix)
  }

  dropout(x: Handle, factors: HostNode): Handle {
    return this.launch(multiply, factors, [x, this.leaf(factors)])
  }

  /** Does nothing: gpu.js knows from the whole plan when a buffer is free. */
  release(): void {}

  /** The last arguments of a kernel of one timestep, where sequences end at different ones. */
  protected mask(t: number): readonly (Handle | number)[] {
    return this.masked ? [...this.lengths, t] : []
  }
}
