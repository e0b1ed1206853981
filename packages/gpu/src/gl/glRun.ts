import type { Texture } from '../gpujs/types.ts'
import type { HostNode } from '../graph.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'
import type { GlContext } from './glContext.ts'
import type { GlLauncher } from './glLauncher.ts'
import { type Grid, gridOf } from './grid.ts'
import { upload, zeros } from './sources.ts'

/** A matrix on the device. */
export interface GlMatrix {
  readonly texture: Texture
  readonly grid: Grid
}

/** What is needed to launch kernels in one run of a graph. */
export class GlRun {
  readonly context: GlContext
  readonly launcher: GlLauncher
  /** Weights, sent to the device if they are not there; the backend keeps them. */
  readonly weight: (matrix: ResidentMatrix) => GlMatrix
  readonly #lengths = new Map<HostNode, Texture>()

  constructor(context: GlContext, launcher: GlLauncher, weight: (matrix: ResidentMatrix) => GlMatrix) {
    this.context = context
    this.launcher = launcher
    this.weight = weight
  }

  /** The layout of a matrix; see {@link gridOf}. */
  grid(rows: number, columns: number, block?: number): Grid {
    return gridOf(rows, columns, this.context.maxTextureSize, block)
  }

  upload({ data, rows, columns }: Pick<HostNode, 'data' | 'rows' | 'columns'>, block?: number): GlMatrix {
    const grid = this.grid(rows, columns, block)
    return { grid, texture: this.launcher.launch(upload(grid), grid, [this.launcher.input(data, columns)]) }
  }

  /** Uploads values of each sequence, `(N, columns)`. */
  uploadStates(data: Float32Array, columns: number): Texture {
    const padded = twoRows(data, columns)
    return this.upload({ data: padded, rows: padded.length / columns, columns }).texture
  }

  /** The lengths of sequences, uploaded once in a run. */
  lengths(lengths: HostNode): Texture {
    const texture = this.#lengths.get(lengths) ?? this.uploadStates(lengths.data, 1)
    this.#lengths.set(lengths, texture)
    return texture
  }

  blank(grid: Pick<Grid, 'width' | 'height'>): Texture {
    return this.launcher.launch(zeros, grid, [])
  }
}

/** Adds a row of zeros to a single row, whose texture gpu.js would lay out differently. Its results are not read. */
export function twoRows(data: Float32Array, columns: number): Float32Array {
  if (data.length !== columns) return data
  const result = new Float32Array(2 * columns)
  result.set(data)
  return result
}
