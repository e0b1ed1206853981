import { GpuLimitError } from '../errors.ts'
import type { Rectangle } from './glContext.ts'
import type { Grid } from './grid.ts'

/** The texture that is read back, with all results in it. */
export interface Answer {
  readonly width: number
  readonly height: number
  readonly places: readonly Place[]
}

interface Place extends Rectangle {
  readonly grid: Grid
}

/**
 * Places results one below the other, and starts another column of them where the texture ends.
 * @param most width and height of a texture
 * @throws GpuLimitError if they do not fit
 */
export function answerOf(grids: readonly Grid[], most: number): Answer {
  let [x, y, right, bottom] = [0, 0, 0, 0]
  const places = grids.map((grid) => {
    const { width } = grid
    const height = Math.ceil(Math.ceil(grid.rows / grid.block) / grid.across) * grid.block
    if (y + height > most) [x, y] = [right, 0]
    const place = { x, y, width, height, grid }
    y += height
    right = Math.max(right, x + width)
    bottom = Math.max(bottom, y)
    return place
  })
  if (right > most) {
    throw new GpuLimitError(
      `webgl: the results need a texture of ${right} by ${bottom}, but this adapter's have at most ${most} by ${most}; ` +
        'run fewer sequences or timesteps at once, or use webgpu',
    )
  }
  return { width: right, height: Math.max(2, bottom), places }
}

/** The rows of a result, from the pixels of the whole answer. */
export function rowsOf(pixels: Float32Array, { width }: Answer, { x, y, grid }: Place): Float32Array {
  const { rows, columns, block, across } = grid
  const result = new Float32Array(rows * columns)
  for (let r = 0; r < rows; r++) {
    const b = Math.floor(r / block)
    const top = y + Math.floor(b / across) * block + (r % block)
    const from = top * width + x + (b % across) * columns
    result.set(pixels.subarray(from, from + columns), r * columns)
  }
  return result
}
