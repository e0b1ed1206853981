import { sizesOf } from '@unroll/kernels/spec'
import type { RecurrentNode } from '../graph.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'
import { required } from './required.ts'

/** One direction of one layer of a sequence, with its weights on the device. */
export interface Direction<H> {
  readonly layer: number
  /** 0 is forward, 1 is reverse. */
  readonly side: number
  /** Its position among all: layer 0 forward, layer 0 reverse, layer 1 forward, ... */
  readonly index: number
  /** In the layout of packDirection. */
  readonly weights: { readonly input: H; readonly hidden: H; readonly projection: H | null }
  /** The states before the first timestep, on the host. */
  readonly initial: RecurrentNode['initial'][number]
}

/** @param resident gives weights on the device */
export function directionsOf<H>(
  node: RecurrentNode,
  layer: number,
  resident: (matrix: ResidentMatrix) => H,
): Direction<H>[] {
  const { D } = sizesOf(node.spec)
  return node.directions.slice(layer * D, (layer + 1) * D).map(({ input, hidden, projection }, side) => {
    const index = layer * D + side
    return {
      layer,
      side,
      index,
      weights: {
        input: resident(input),
        hidden: resident(hidden),
        projection: projection && resident(projection),
      },
      initial: required(node.initial[index], `initial states of direction ${index}`),
    }
  })
}

/** The timestep that a direction takes as its `i`-th. */
export function timeOf(T: number, side: number, i: number): number {
  return side === 0 ? i : T - 1 - i
}
