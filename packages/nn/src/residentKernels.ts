import type { HostEngine, PackedMatrix } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'
import { kernelMatrix } from './functional/conv1d.ts'
import { moduleFloats, Resident } from './resident.ts'

/** The kernels of a Conv1d's groups, packed into an engine. */
class PackedKernels {
  readonly matrices: readonly PackedMatrix[]

  constructor(matrices: readonly PackedMatrix[]) {
    this.matrices = matrices
  }

  get stale(): boolean {
    return this.matrices.some(({ stale }) => stale)
  }

  dispose(): void {
    for (const matrix of this.matrices) matrix.dispose()
  }
}

/** The weight and bias of a Conv1d, packed into an engine once, and again when one of them changes. */
export class ResidentKernels extends Resident<PackedKernels> {
  /**
   * Each group's kernel and bias in `engine`'s own memory.
   * @param weight (groups * O, C, K)
   * @param bias (groups * O), or null
   */
  get(engine: HostEngine, groups: number, weight: Tensor, bias: Tensor | null): readonly PackedMatrix[] {
    return this.current(engine, [weight, bias], () => pack(engine, groups, weight, bias)).matrices
  }
}

function pack(engine: HostEngine, groups: number, weight: Tensor, bias: Tensor | null): PackedKernels {
  const [outputs = 0, C = 0, K = 0] = weight.shape
  const O = outputs / groups
  const [w, b] = [moduleFloats('Conv1d.forward', weight), bias && moduleFloats('Conv1d.forward', bias)]
  return new PackedKernels(
    Array.from({ length: groups }, (_, group) =>
      engine.packMatrix({
        b: kernelMatrix(w, group, O, C, K),
        k: K * C,
        n: O,
        transposeB: true,
        bias: b?.subarray(group * O, (group + 1) * O) ?? null,
      }),
    ),
  )
}
