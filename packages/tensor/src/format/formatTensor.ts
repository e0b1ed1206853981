import { isFloatingPoint } from '../dtype.ts'
import { scalarAt } from '../strided/read.ts'
import { numelOf, type Strided } from '../strided/strided.ts'
import { select } from '../strided/views.ts'
import { pythonExponential, pythonFixed } from './pythonNumber.ts'

// torch.set_printoptions' defaults.
const precision = 4
const threshold = 1000
const edgeItems = 3
const lineWidth = 80

/**
 * `t` as PyTorch prints it: `tensor([[1., 2.]], dtype=torch.float64, requires_grad=True)`.
 * @param gradient whether it is a leaf that requires gradients, or the name of the operation that computed it
 */
export function formatTensor(t: Strided, gradient: boolean | string): string {
  const isEmpty = numelOf(t.shape) === 0
  const suffixes: string[] = []
  if (isEmpty && t.shape.length !== 1) suffixes.push(`size=(${t.shape.join(', ')})`)
  // The elements of int64 and bool show their dtype, if there are any.
  const isPlain = t.dtype === 'float32' || (!isEmpty && (t.dtype === 'int64' || t.dtype === 'bool'))
  if (!isPlain) suffixes.push(`dtype=torch.${t.dtype}`)
  if (gradient === true) suffixes.push('requires_grad=True')
  else if (gradient) suffixes.push(`grad_fn=<${gradient}>`)
  const prefix = 'tensor('
  return withSuffixes(prefix + (isEmpty ? '[]' : elementsText(t, prefix.length)), suffixes, prefix.length)
}

function elementsText(t: Strided, indent: number): string {
  const summarise = numelOf(t.shape) > threshold
  const format = formatter(shownValues(t, summarise), isFloatingPoint(t.dtype))
  return nestedText(t, indent, summarise, format)
}

/** Brackets around the lines of a vector, or around the texts of a tensor's parts. */
function nestedText(t: Strided, indent: number, summarise: boolean, format: Formatter): string {
  const ndim = t.shape.length
  if (ndim === 0) return format.text(scalarAt(t))
  const newline = `\n${' '.repeat(indent + 1)}`
  if (ndim === 1) {
    const words = withGap(t, summarise, ' ...', (part) => format.text(scalarAt(part)))
    const perLine = Math.max(1, Math.floor((lineWidth - indent) / (format.width + 2)))
    const lines = Array.from({ length: Math.ceil(words.length / perLine) }, (_, line) =>
      words.slice(line * perLine, (line + 1) * perLine).join(', '),
    )
    return `[${lines.join(`,${newline}`)}]`
  }
  const parts = withGap(t, summarise, '...', (part) => nestedText(part, indent + 1, summarise, format))
  return `[${parts.join(`,${'\n'.repeat(ndim - 2)}${newline}`)}]`
}

/** The `text` of every part along dimension 0. If there are too many, it is that of the outer ones, with `gap` between. */
function withGap(t: Strided, summarise: boolean, gap: string, text: (part: Strided) => string): string[] {
  const positions = shownPositions(t, summarise)
  const texts = positions.map((position) => text(select(t, 0, position)))
  return positions.length < (t.shape[0] ?? 0) ? texts.toSpliced(edgeItems, 0, gap) : texts
}

function shownPositions(t: Strided, summarise: boolean): number[] {
  const size = t.shape[0] ?? 0
  const all = Array.from({ length: size }, (_, position) => position)
  return summarise && size > 2 * edgeItems ? [...all.slice(0, edgeItems), ...all.slice(-edgeItems)] : all
}

type Value = number | bigint | boolean

function shownValues(t: Strided, summarise: boolean): Value[] {
  if (t.shape.length === 0) return [scalarAt(t)]
  return shownPositions(t, summarise).flatMap((position) => shownValues(select(t, 0, position), summarise))
}

interface Formatter {
  /** Columns of an element, without the comma and space behind it. */
  readonly width: number
  text(value: Value): string
}

function formatter(values: readonly Value[], isFloat: boolean): Formatter {
  const write = isFloat ? floatWriter(values.map(Number)) : plainText
  // PyTorch measures only what is neither 0 nor infinite: other floats may stand out.
  const measured = isFloat ? values.filter((value) => value !== 0 && Number.isFinite(value)) : values
  const width = measured.reduce<number>((most, value) => Math.max(most, write(value).length), 1)
  return { width, text: (value) => write(value).padStart(width) }
}

/** How all floats of a tensor are written: whole numbers as `1.`, others with 4 decimals, or all of them as `1.0000e-05`. */
function floatWriter(values: readonly number[]): (value: Value) => string {
  const measured = values.filter((value) => value !== 0 && Number.isFinite(value))
  const sizes = measured.map(Math.abs)
  const least = sizes.reduce((x, y) => Math.min(x, y), Infinity)
  const most = sizes.reduce((x, y) => Math.max(x, y), 0)
  if (measured.length > 0 && (most / least > 1000 || most > 1e8 || least < 1e-4)) {
    return (value) => pythonExponential(Number(value), precision)
  }
  if (!measured.every(Number.isInteger)) return (value) => pythonFixed(Number(value), precision)
  return (value) => pythonFixed(Number(value), 0) + (Number.isFinite(value) ? '.' : '')
}

function plainText(value: Value): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)
}

/** Appends the suffixes. Each starts a new line if it does not fit on the last one. */
function withSuffixes(text: string, suffixes: readonly string[], indent: number): string {
  let result = text
  let column = text.length - text.lastIndexOf('\n') + 1
  for (const suffix of suffixes) {
    const fits = column + suffix.length + 2 <= lineWidth
    result += fits ? `, ${suffix}` : `,\n${' '.repeat(indent)}${suffix}`
    column = (fits ? column + 2 : indent) + suffix.length
  }
  return `${result})`
}
