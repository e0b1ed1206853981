import type { HostEngine, RecurrentOutput } from '@unroll/kernels'
import { multiplyAdds, type Workload } from './workload.ts'

/** Somebody who runs recurrent layers, ours or a peer. */
export interface Contender {
  readonly name: string
  /** Which build or version, for the report. */
  readonly variant: string
  /** Whether a run of `workload` takes so little time that it can be repeated. */
  accepts(workload: Workload): boolean
  /** Everything that is done once per model: packing weights, building a session. */
  prepare(workload: Workload): Promise<PreparedContender>
}

/** A contender that is ready to run one workload, any number of times. */
interface PreparedContender {
  /** One forward pass from typed array to typed arrays: what is timed. */
  run(): RecurrentOutput | Promise<RecurrentOutput>
  dispose(): Promise<void>
}

/** An engine of \@unroll/kernels; above `maxMultiplyAdds` a run it does not take part. */
export function engineContender(engine: HostEngine, maxMultiplyAdds = Number.POSITIVE_INFINITY): Contender {
  return {
    name: engine.name,
    variant: engine.variant,
    accepts: (workload) => multiplyAdds(workload) <= maxMultiplyAdds,
    prepare: async ({ T, N, spec, weights, input }) => {
      const packed = engine.pack(spec, weights)
      const batchSizes = new Int32Array(T).fill(N)
      return {
        run: () => engine.recurrent(packed, { input, batchSizes, h0: null, c0: null }),
        dispose: async () => packed.dispose(),
      }
    },
  }
}
