import { type RawTensor, toFloats } from '@unroll/weights'

/** A bar of a histogram counts the numbers from `from` on, to where the next begins. */
export interface Histogram {
  readonly from: number
  readonly to: number
  readonly counts: readonly number[]
}

/** A matrix of at most `side` by `side` cells, each the mean of a block of numbers. */
export interface HeatMap {
  readonly rows: number
  readonly columns: number
  /** Numbers of a block, along either way. */
  readonly rowStep: number
  readonly columnStep: number
  readonly cells: Float32Array<ArrayBuffer>
  /** The largest cell without its sign: the value of the full colour. */
  readonly most: number
  /** How many rows and columns of numbers the drawn matrix has. */
  readonly shape: readonly [rows: number, columns: number]
}

/** What the page shows of one tensor's numbers. */
export interface Look {
  readonly count: number
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly deviation: number
  readonly zeros: number
  readonly nans: number
  readonly infinities: number
  /** Null where no number is finite. */
  readonly histogram: Histogram | null
  readonly heat: HeatMap | null
}

/** Cells of a heat map: as many as a page has pixels for. */
const side = 256
const bars = 48

/** @param rows how many rows a vector is drawn in: one, or one for each gate */
export function lookAt(raw: RawTensor, rows = 1): Look {
  const values = numbersOf(raw)
  let [min, max, sum, finite, zeros, nans] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i])
    if (value === 0) zeros++
    if (Number.isFinite(value)) {
      finite++
      sum += value
      if (value < min) min = value
      if (value > max) max = value
    } else if (Number.isNaN(value)) nans++
  }
  const mean = sum / finite
  const counts = new Array<number>(bars).fill(0)
  // Numbers that are all alike stand in the bar in the middle.
  const [from, to] = max > min ? [min, max] : [min - 0.5, max + 0.5]
  let squares = 0
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i])
    if (!Number.isFinite(value)) continue
    squares += (value - mean) ** 2
    const bar = Math.min(bars - 1, Math.floor(((value - from) / (to - from)) * bars))
    counts[bar] = (counts[bar] ?? 0) + 1
  }
  return {
    count: values.length,
    min,
    max,
    mean,
    deviation: Math.sqrt(squares / finite),
    zeros,
    nans,
    infinities: values.length - finite - nans,
    histogram: finite === 0 ? null : { from, to, counts },
    heat: values.length === 0 ? null : heatOf(values, matrixShape(raw.shape, rows)),
  }
}

type Numbers = ArrayLike<number | bigint>

/**
 * The numbers of a tensor, of any dtype that has some.
 * @throws UnsupportedFormatError for complex numbers, quantized ones and those packed below a byte
 */
function numbersOf(raw: RawTensor): Numbers {
  const { dtype, data } = raw
  const isPlain = /^(float(32|64)|u?int\d+|bool)$/.test(dtype)
  return isPlain ? data : toFloats(raw, 'float32')
}

/** As a matrix: the first dimension down, all others to the right. */
function matrixShape(shape: readonly number[], rows: number): readonly [rows: number, columns: number] {
  const count = shape.reduce((product, size) => product * size, 1)
  const first = shape.length > 1 ? (shape[0] ?? 1) : count % rows === 0 ? rows : 1
  return [first, count / first]
}

function heatOf(values: Numbers, shape: readonly [rows: number, columns: number]): HeatMap {
  const [height, width] = shape
  const [rowStep, columnStep] = [Math.ceil(height / side), Math.ceil(width / side)]
  const [rows, columns] = [Math.ceil(height / rowStep), Math.ceil(width / columnStep)]
  const sums = new Float64Array(rows * columns)
  const cells = new Float32Array(rows * columns)
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / rowStep) * columns
    for (let x = 0; x < width; x++) {
      const at = row + Math.floor(x / columnStep)
      sums[at] = (sums[at] ?? 0) + Number(values[y * width + x])
    }
  }
  let most = 0
  for (let row = 0; row < rows; row++) {
    const blockHeight = Math.min(rowStep, height - row * rowStep)
    for (let column = 0; column < columns; column++) {
      const blockWidth = Math.min(columnStep, width - column * columnStep)
      const at = row * columns + column
      const mean = (sums[at] ?? 0) / (blockHeight * blockWidth)
      cells[at] = mean
      if (Number.isFinite(mean)) most = Math.max(most, Math.abs(mean))
    }
  }
  return { rows, columns, rowStep, columnStep, cells, most, shape }
}
