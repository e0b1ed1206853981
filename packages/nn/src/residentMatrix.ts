import type { HostEngine, PackedMatrix } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'
import { moduleFloats, Resident } from './resident.ts'

/** The weight and bias of a Linear, packed into an engine once, and again when one of them changes. */
export class ResidentMatrix extends Resident<PackedMatrix> {
  /**
   * `weight^T` and `bias` in `engine`'s own memory.
   * @param weight (O, I)
   * @param bias (O), or null
   */
  get(engine: HostEngine, weight: Tensor, bias: Tensor | null): PackedMatrix {
    return this.current(engine, [weight, bias], () => {
      const [n = 0, k = 0] = weight.shape
      const b = moduleFloats('Linear.forward', weight)
      return engine.packMatrix({
        b,
        k,
        n,
        transposeB: true,
        bias: bias && moduleFloats('Linear.forward', bias),
      })
    })
  }
}
