import type { Tensor } from '@unroll/tensor'
import { addPositions, record, takePositions } from '@unroll/tensor/layers'
import type { Conv1dCall } from './conv1d.ts'
import type { PaddingMode } from './padding.ts'
import { zerosToInput } from './zerosToInput.ts'

/**
 * Records a convolution. Its gradients are matrix products, as it is itself. Letters: `N` batch, `G` groups, `C` input channels and
 * `O` output channels of a group, `K` kernel size, `L` positions of the input and `M` of the output.
 * @param input (N, G*C, L), or without N
 * @param weight (G*O, C, K)
 * @param bias (G*O), or null
 * @param result (N, G*O, M), or without N
 */
export function recordConv1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  result: Tensor,
  { groups, paddingMode }: { readonly groups: number; readonly paddingMode: PaddingMode },
  geometry: Omit<Conv1dCall, 'x' | 'kernels'>,
): void {
  const { batch: N, channels, length: L, kernelSize, outLength: M } = geometry
  const [outputs = 0, C = 0, K = 0] = weight.shape
  const O = outputs / groups
  record('ConvolutionBackward0', [input, weight, bias], [result], ({ save, wants }) => {
    const name = paddingBackwards[paddingMode]
    const [savedInput, savedWeight] = [(wants(1) || name !== null) && save(input), wants(0) && save(weight)]
    return ([gradient]) => {
      if (!gradient) return []
      const g = gradient.reshape([N, groups, O, M])
      // For each element of the kernel, the positions that it meets.
      const places = placesOf(geometry)
      const gradientOfInput = (w: Tensor): Tensor => {
        const columns = w
          .reshape([groups, O, C * K])
          .transpose(1, 2)
          .matmul(g)
        const own = addPositions(columns.reshape([N, channels, kernelSize * M]), 2, L, places)
        const slope = own.reshape(input.shape)
        return name !== null && savedInput ? zerosToInput(name, slope, savedInput()) : slope
      }
      const gradientOfWeight = (x: Tensor): Tensor => {
        const columns = takePositions('UnfoldBackward', x.reshape([N, channels, L]), 2, places)
        const products = g.matmul(columns.reshape([N, groups, C * K, M]).transpose(2, 3))
        return products.sum(0)
      }
      return [
        wants(0) && savedWeight && gradientOfInput(savedWeight()),
        wants(1) && savedInput && gradientOfWeight(savedInput()).reshape(weight.shape),
        wants(2) && gradient.reshape([N, outputs, M]).sum([0, 2]),
      ]
    }
  })
}

/** The ways back of a padding whose own way back, in PyTorch, gives the input zeros. */
const paddingBackwards: Readonly<Record<PaddingMode, string | null>> = {
  zeros: null,
  circular: null,
  reflect: 'ReflectionPad1DBackwardBackward0',
  replicate: 'ReplicationPad1DBackwardBackward0',
}

/** (K, M): the position of the input that meets element `k` of the kernel at position `m` of the output; -1 for a zero. */
function placesOf({
  positions,
  kernelSize,
  stride,
  dilation,
  outLength,
}: Omit<Conv1dCall, 'x' | 'kernels'>): Int32Array {
  const places = new Int32Array(kernelSize * outLength)
  for (let k = 0, at = 0; k < kernelSize; k++) {
    for (let m = 0; m < outLength; m++) places[at++] = positions[m * stride + k * dilation] ?? -1
  }
  return places
}
