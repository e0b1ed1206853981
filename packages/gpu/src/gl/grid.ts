import { GpuLimitError } from '../errors.ts'

/**
 * The layout of a matrix in a texture. A matrix may have more rows than a texture, so it is cut into blocks of `block`
 * rows:
 * `across` blocks stand side by side, the next ones below them. For a sequence, a block is a timestep.
 *
 * Row `r` belongs to block `b = floor(r / block)`. It is in row `floor(b / across) * block + r % block` of the texture,
 * and its first column is `(b % across) * columns`. With one block across, the texture is the matrix.
 */
export interface Grid {
  readonly rows: number
  readonly columns: number
  readonly block: number
  readonly across: number
  readonly width: number
  /** At least 2, because gpu.js would make a texture of one row nearly square. */
  readonly height: number
}

/**
 * The narrowest grid for a matrix.
 * @param most width and height of a texture
 * @throws GpuLimitError if it does not fit
 */
export function gridOf(
  rows: number,
  columns: number,
  most: number,
  block: number = Math.min(rows, most),
): Grid {
  const blocks = Math.ceil(rows / block)
  const high = Math.max(1, Math.floor(most / block))
  const across = Math.ceil(blocks / high)
  const width = across * columns
  const height = Math.max(2, Math.ceil(blocks / across) * block)
  if (block > most || width > most || height > most) {
    throw new GpuLimitError(
      `webgl: a matrix of shape (${rows}, ${columns}) needs a texture of ${width} by ${Math.max(height, block)}, but this adapter's have at most ` +
        `${most} by ${most}; run fewer sequences or timesteps at once, or use webgpu`,
    )
  }
  return { rows, columns, block, across, width, height }
}

/**
 * Source text that declares `r` and `c`, the row and column of the matrix that a thread computes. Before whole numbers are
 * divided, 0.5 is added, so that rounding cannot give the neighbouring quotient.
 */
export function locate({ across, columns, block }: Grid): string {
  if (across === 1) return 'const r = this.thread.y; const c = this.thread.x;'
  return `
    const bx = Math.floor((this.thread.x + 0.5) / ${columns}.0);
    const by = Math.floor((this.thread.y + 0.5) / ${block}.0);
    const c = this.thread.x - bx * ${columns}.0;
    const r = (by * ${across}.0 + bx) * ${block}.0 + this.thread.y - by * ${block}.0;`
}

/** Source text that declares `${name}y` and `${name}x`, where the row `row` begins in a texture of `grid`. */
export function address({ across, columns, block }: Grid, row: string, name = 'r'): string {
  if (across === 1) return `const ${name}y = ${row}; const ${name}x = 0;`
  return `
    const ${name}block = Math.floor((${row} + 0.5) / ${block}.0);
    const ${name}down = Math.floor((${name}block + 0.5) / ${across}.0);
    const ${name}y = ${row} - ${name}block * ${block}.0 + ${name}down * ${block}.0;
    const ${name}x = (${name}block - ${name}down * ${across}.0) * ${columns}.0;`
}

/** Where block `index` begins in the texture. */
export function corner(
  { across, columns, block }: Grid,
  index: number,
): { readonly x: number; readonly y: number } {
  return { x: (index % across) * columns, y: Math.floor(index / across) * block }
}
