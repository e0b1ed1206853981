import { describeValue, onHostEngine } from '@unroll/kernels'
import { checkTensor, type DType, empty, RuntimeError, type Tensor } from '@unroll/tensor'
import { ofFloats, shapeText } from '@unroll/tensor/layers'
import { checkCounts, checkedOptions, checkInteger } from './arguments.ts'
import { conv1d } from './functional/conv1d.ts'
import { checkSameDType, floatsOf } from './functional/floats.ts'
import { type PaddingMode, paddedPositions } from './functional/padding.ts'
import { recordConv1d } from './functional/recordConv1d.ts'
import { kaimingUniform_, uniform_ } from './init.ts'
import { Module } from './module.ts'
import { hostEngineOf, residentOf } from './moduleState.ts'
import { Parameter } from './parameter.ts'
import { ResidentKernels } from './residentKernels.ts'

export interface Conv1dOptions {
  /** Positions from one output to the next. Default 1. */
  readonly stride?: number
  /** Positions added at both ends. `valid` adds none, `same` adds as many as keep the length. Default 0. */
  readonly padding?: number | 'same' | 'valid'
  /** Positions from one element of the kernel to the next. Default 1. */
  readonly dilation?: number
  /** Groups of channels, each convolved separately. Default 1. */
  readonly groups?: number
  /** Default true. */
  readonly bias?: boolean
  /** What padding is filled with. Default zeros. */
  readonly paddingMode?: PaddingMode
  /** Default float32. */
  readonly dtype?: DType
}

/**
 * Convolution of sequences with a kernel. It is synchronous and runs on a host engine. The kernel is packed into that
 * engine on the first call, and again after it changed.
 *
 * ```ts
 * new Conv1d(4, 6, 3, { padding: 1 }).forward(randn([8, 4, 100])).shape   // [8, 6, 100]
 * ```
 * @see PyTorch: [torch.nn.Conv1d](https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv1d.html)
 */
export class Conv1d extends Module {
  static override readonly name: string = 'Conv1d'
  static override readonly hostOnly: boolean = true

  readonly inChannels: number
  readonly outChannels: number
  readonly kernelSize: number
  readonly stride: number
  readonly padding: number | 'same' | 'valid'
  readonly dilation: number
  readonly groups: number
  readonly paddingMode: PaddingMode
  /** `(outChannels, inChannels / groups, kernelSize)`, drawn from U(-k, k), `k = 1 / sqrt(inChannels / groups * kernelSize)`. */
  weight: Parameter
  /** `(outChannels)`, drawn like the weight; null without a bias. */
  bias: Parameter | null

  /**
   * @throws TypeError on an argument of a wrong type, RuntimeError on a negative size
   * @throws RangeError on an unknown padding or mode, `same` with a stride, or groups that do not divide the channels
   */
  constructor(inChannels: number, outChannels: number, kernelSize: number, options: Conv1dOptions = {}) {
    super()
    const given = checkedOptions<Defaults>('Conv1d', options, defaults, 'stride')
    const { stride, padding = 0, dilation, groups, bias, paddingMode, dtype } = given
    checkGeometry({ ...given, padding }, { outChannels, inChannels, kernelSize })
    this.inChannels = inChannels
    this.outChannels = outChannels
    this.kernelSize = kernelSize
    this.stride = stride
    this.padding = padding
    this.dilation = dilation
    this.groups = groups
    this.paddingMode = paddingMode
    this.weight = new Parameter(empty([outChannels, inChannels / groups, kernelSize], { dtype }))
    this.bias = bias ? new Parameter(empty([outChannels], { dtype })) : null
    this.resetParameters()
  }

  resetParameters(): void {
    // The same draws as in Linear.
    kaimingUniform_(this.weight, { a: Math.sqrt(5) })
    const fanIn = (this.inChannels / this.groups) * this.kernelSize
    const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0
    if (this.bias && fanIn > 0) uniform_(this.bias, -bound, bound)
  }

  /**
   * @param input `(N, inChannels, L)`, or unbatched `(inChannels, L)`
   * @returns `(N, outChannels, positions)`, or unbatched `(outChannels, positions)`
   * @throws RuntimeError if the shape or the dtype does not fit, or the kernel is longer than the padded input
   */
  override forward(input: Tensor): Tensor {
    const who = 'Conv1d.forward'
    const { inChannels, kernelSize, stride, dilation, groups, weight, bias } = this
    checkTensor(who, 'input', input)
    const isBatched = input.ndim === 3
    if (!isBatched && input.ndim !== 2) {
      throw new RuntimeError(
        `${who}: expected input (N, ${inChannels}, L), or (${inChannels}, L) unbatched, got shape ${shapeText(input.shape)}`,
      )
    }
    checkSameDType(who, input, weight)
    if (input.size(-2) !== inChannels) {
      throw new RuntimeError(
        `${who}: expected input of ${inChannels} channels, got ${input.size(-2)} in shape ${shapeText(input.shape)}`,
      )
    }
    const length = input.size(-1)
    const [left, right] = paddingsOf(this)
    checkFilling(who, this.paddingMode, length, left, right)
    const span = dilation * (kernelSize - 1) + 1
    if (kernelSize === 0 || length + left + right < span) {
      throw new RuntimeError(
        `${who}: expected at least ${Math.max(1, span)} positions for the kernel, got ${length + left + right}, padding included`,
      )
    }
    const outLength = Math.floor((length + left + right - span) / stride) + 1
    const batch = isBatched ? input.size(0) : 1
    const engine = hostEngineOf(this, 'Conv1d')
    const resident = residentOf(this, 'kernels', () => new ResidentKernels())
    const geometry = {
      batch,
      channels: inChannels,
      length,
      positions: paddedPositions(this.paddingMode, length, left, right),
      kernelSize,
      stride,
      dilation,
      outLength,
    }
    const x = floatsOf(who, 'input', input)
    const data = conv1d(engine, { ...geometry, x, kernels: resident.get(engine, groups, weight, bias) })
    const result = ofFloats(data, [...(isBatched ? [batch] : []), this.outChannels, outLength])
    onHostEngine(engine, () => recordConv1d(input, weight, bias, result, this, geometry))
    return result
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override extraRepr(): string {
    const { padding, dilation, groups, bias, paddingMode } = this
    return [
      `${this.inChannels}, ${this.outChannels}, kernel_size=(${this.kernelSize},), stride=(${this.stride},)`,
      padding !== 0 && `padding=${typeof padding === 'number' ? `(${padding},)` : padding}`,
      dilation !== 1 && `dilation=(${dilation},)`,
      groups !== 1 && `groups=${groups}`,
      bias === null && 'bias=False',
      paddingMode !== 'zeros' && `padding_mode=${paddingMode}`,
    ]
      .filter((part) => part !== false)
      .join(', ')
  }
}

type Defaults = Required<Omit<Conv1dOptions, 'padding'>> & {
  readonly padding: Conv1dOptions['padding']
}

const defaults: Defaults = {
  stride: 1,
  // Not 0: with a number as default, `same` and `valid` would be refused.
  padding: undefined,
  dilation: 1,
  groups: 1,
  bias: true,
  paddingMode: 'zeros',
  dtype: 'float32',
}

/** Padding before and after a sequence. */
function paddingsOf({ padding, dilation, kernelSize }: Conv1d): [left: number, right: number] {
  if (padding === 'valid') return [0, 0]
  if (padding !== 'same') return [padding, padding]
  const total = dilation * (kernelSize - 1)
  const left = Math.floor(total / 2)
  return [left, total - left]
}

/** Checks sizes and options in PyTorch's order. */
function checkGeometry(
  { stride, padding, dilation, groups, paddingMode }: Required<Conv1dOptions>,
  sizes: { readonly outChannels: number; readonly inChannels: number; readonly kernelSize: number },
): void {
  const who = 'Conv1d'
  for (const [what, size] of Object.entries({ groups, ...sizes })) checkInteger(who, what, size)
  if (groups <= 0) throw new RangeError(`${who}: expected groups to be greater than 0, got ${groups}`)
  for (const what of ['inChannels', 'outChannels'] as const) {
    if (sizes[what] % groups === 0) continue
    throw new RangeError(`${who}: expected ${what} to be a multiple of groups, ${groups}, got ${sizes[what]}`)
  }
  if (typeof padding === 'string' && padding !== 'same' && padding !== 'valid') {
    throw new RangeError(
      `${who}: expected padding to be a number, 'same' or 'valid', got ${describeValue(padding satisfies never)}`,
    )
  }
  for (const [what, size] of Object.entries({ stride, dilation })) checkInteger(who, what, size)
  if (typeof padding !== 'string') checkInteger(who, 'padding', padding)
  if (padding === 'same' && stride !== 1) {
    throw new RangeError(`${who}: expected a stride of 1 with padding 'same', got ${stride}`)
  }
  if (!['zeros', 'reflect', 'replicate', 'circular'].includes(paddingMode)) {
    throw new RangeError(
      `${who}: expected paddingMode to be zeros, reflect, replicate or circular, got ${describeValue(paddingMode)}`,
    )
  }
  checkCounts(who, sizes)
  // PyTorch checks these in forward.
  for (const [what, size] of Object.entries({ stride, dilation })) {
    if (size <= 0) throw new RuntimeError(`${who}: expected ${what} to be greater than 0, got ${size}`)
  }
  if (typeof padding === 'number' && padding < 0) {
    throw new RuntimeError(`${who}: expected padding to be 0 or more, got ${padding}`)
  }
}

/** @throws RuntimeError if a sequence is too short to fill its padding */
function checkFilling(who: string, mode: PaddingMode, length: number, left: number, right: number): void {
  const most = Math.max(left, right)
  const limit = {
    zeros: Infinity,
    replicate: length > 0 ? Infinity : 0,
    reflect: length - 1,
    circular: length,
  }[mode]
  if (most === 0 || most <= limit) return
  throw new RuntimeError(
    `${who}: expected padding of at most ${Math.max(0, limit)} in mode ${mode}, as the input has ${length} positions, got ${most}`,
  )
}
