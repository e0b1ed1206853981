import {
  checkTensor,
  type DType,
  elementsOf,
  tensor as fromData,
  RuntimeError,
  type Tensor,
  zeros,
} from '@unroll/tensor'
import { addPositions, record, shapeText } from '@unroll/tensor/layers'
import { checkedOptions, checkInteger } from './arguments.ts'
import { maxPositions, takePositions } from './functional/maxPool1d.ts'
import { zerosToInput } from './functional/zerosToInput.ts'
import { Module } from './module.ts'

export interface MaxPool1dOptions<Indices extends boolean = boolean> {
  /** Positions from one window to the next. Default `kernelSize`. */
  readonly stride?: number | null
  /** Positions added at both ends. They are never the largest. At most half of `kernelSize`. Default 0. */
  readonly padding?: number
  /** Positions from one element of a window to the next. Default 1. */
  readonly dilation?: number
  /** `forward` also returns the positions of the largest elements. Default false. */
  readonly returnIndices?: Indices
  /** Count a window that begins inside the sequence but reaches beyond its end. Default false. */
  readonly ceilMode?: boolean
}

/** The largest elements, and with `returnIndices` the position of each in its sequence, int64. */
export type Pooled<Indices extends boolean> = Indices extends true
  ? [output: Tensor, indices: Tensor]
  : Tensor

/**
 * The largest element of each window of a sequence.
 *
 * ```ts
 * new MaxPool1d(2).forward(randn([8, 4, 100])).shape   // [8, 4, 50]
 * ```
 * @see PyTorch: [torch.nn.MaxPool1d](https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html)
 */
export class MaxPool1d<Indices extends boolean = false> extends Module {
  static override readonly name: string = 'MaxPool1d'
  static override readonly hostOnly: boolean = true

  readonly kernelSize: number
  readonly stride: number
  readonly padding: number
  readonly dilation: number
  readonly returnIndices: boolean
  readonly ceilMode: boolean

  /** @throws TypeError on an argument of a wrong type, RuntimeError on a size out of range */
  constructor(kernelSize: number, options: MaxPool1dOptions<Indices> = {}) {
    super()
    const given = checkedOptions<Defaults>('MaxPool1d', options, defaults, 'stride')
    const { padding, dilation, returnIndices, ceilMode } = given
    const stride = given.stride ?? kernelSize
    checkSizes({ kernelSize, stride, padding, dilation })
    this.kernelSize = kernelSize
    this.stride = stride
    this.padding = padding
    this.dilation = dilation
    this.returnIndices = returnIndices
    this.ceilMode = ceilMode
  }

  /**
   * @param input `(N, C, L)`, or unbatched `(C, L)`
   * @returns a tensor of the same shape, with as many positions as there are windows
   * @throws RuntimeError if the shape does not fit, or the sequences are shorter than a window
   */
  override forward(input: Tensor): Pooled<Indices>
  override forward(input: Tensor): Tensor | [output: Tensor, indices: Tensor] {
    const who = 'MaxPool1d.forward'
    checkTensor(who, 'input', input)
    const { shape, dtype } = input
    if (shape.length < 2 || shape.length > 3 || shape.slice(-2).includes(0)) {
      throw new RuntimeError(
        `${who}: expected input (N, C, L), or (C, L) unbatched, got shape ${shapeText(shape)}`,
      )
    }
    if (!computable.has(dtype)) {
      throw new RuntimeError(`${who}: expected numbers to compare, got ${dtype}; convert with .to('float32')`)
    }
    const length = input.size(-1)
    const outLength = windowsOf(this, length)
    if (outLength < 1) {
      throw new RuntimeError(`${who}: expected sequences as long as a window, got ${length} positions`)
    }
    const elements = elementsOf(input)
    const positions = maxPositions(elements, {
      kernelSize: this.kernelSize,
      stride: this.stride,
      padding: this.padding,
      dilation: this.dilation,
      length,
      outLength,
    })
    if (positions.includes(-1)) {
      throw new RuntimeError(
        `${who}: expected windows that meet the sequence, got ${length} positions with dilation ${this.dilation} and padding ${this.padding}`,
      )
    }
    const output = zeros([...shape.slice(0, -1), outLength], { dtype })
    takePositions(elements, length, positions, outLength, elementsOf(output))
    record('MaxPool2DWithIndicesBackward0', [input], [output], ({ save }) => {
      const saved = save(input)
      return ([g]) => {
        if (!g) return []
        const x = saved()
        const places = positions.map((position, k) => Math.floor(k / outLength) * length + position)
        const gradient = addPositions(g.reshape([places.length]), 0, x.numel, places).reshape(shape)
        return [zerosToInput('MaxPool2DWithIndicesBackwardBackward0', gradient, x)]
      }
    })
    if (!this.returnIndices) return output
    return [output, fromData(BigInt64Array.from(positions, BigInt), { shape: output.shape })]
  }

  override forwardAsync(input: Tensor): Promise<Pooled<Indices>>
  override async forwardAsync(input: Tensor): Promise<unknown> {
    return this.forward(input)
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation } = this
    const ceil = this.ceilMode ? 'True' : 'False'
    return `kernel_size=${kernelSize}, stride=${stride}, padding=${padding}, dilation=${dilation}, ceil_mode=${ceil}`
  }
}

/** The dtypes that PyTorch computes with. */
const computable: ReadonlySet<DType> = /* @__PURE__ */ new Set<DType>([
  'float32',
  'float64',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
])

type Defaults = Required<Omit<MaxPool1dOptions, 'stride'>> & { readonly stride: number | null | undefined }

const defaults: Defaults = {
  stride: undefined,
  padding: 0,
  dilation: 1,
  returnIndices: false,
  ceilMode: false,
}

/** Number of windows; less than 1 if none fits. */
function windowsOf(
  { kernelSize, stride, padding, dilation, ceilMode }: MaxPool1d<boolean>,
  length: number,
): number {
  const room = length + 2 * padding - dilation * (kernelSize - 1) - 1
  const windows = Math.floor((room + (ceilMode ? stride - 1 : 0)) / stride) + 1
  // The last one has to begin in the sequence or the padding before it.
  return ceilMode && (windows - 1) * stride >= length + padding ? windows - 1 : windows
}

/** Checks sizes in the order in which PyTorch's `forward` does. */
function checkSizes(sizes: {
  readonly kernelSize: number
  readonly stride: number
  readonly padding: number
  readonly dilation: number
}): void {
  const who = 'MaxPool1d'
  for (const [what, size] of Object.entries(sizes)) checkInteger(who, what, size)
  const { kernelSize, stride, padding, dilation } = sizes
  for (const [what, size] of Object.entries({ kernelSize, stride })) {
    if (size <= 0) throw new RuntimeError(`${who}: expected ${what} to be greater than 0, got ${size}`)
  }
  if (padding < 0 || padding > kernelSize / 2) {
    throw new RuntimeError(
      `${who}: expected padding from 0 to half of kernelSize, ${kernelSize / 2}, got ${padding}`,
    )
  }
  if (dilation <= 0) throw new RuntimeError(`${who}: expected dilation to be greater than 0, got ${dilation}`)
}
