import type { DirectionWeights, FloatArray, FloatDType, HostEngine, RecurrentOutput } from '@unroll/kernels'
import { multiplyAdds } from '../cases/workload.ts'
import { timer } from '../measure/rounds.ts'
import { agreedSteps, type Contender } from './contender.ts'

interface EngineOptions {
  /** Default: the engine's. */
  readonly name?: string
  /** The dtype it computes in. The workload is converted to it. Default float32. */
  readonly dtype?: FloatDType
  /** It takes no part in cases with more multiply-adds a call. Default: no limit. */
  readonly maxMultiplyAdds?: number
}

/** An engine of \@unroll/kernels. */
export function engineContender(
  engine: HostEngine,
  { name = engine.name, dtype = 'float32', maxMultiplyAdds = Number.POSITIVE_INFINITY }: EngineOptions = {},
): Contender {
  const cast = (array: FloatArray): FloatArray => (dtype === 'float32' ? array : Float64Array.from(array))
  return {
    name,
    variant: engine.variant,
    declines: (workload) => (multiplyAdds(workload) <= maxMultiplyAdds ? null : 'a call takes too long'),
    prepare: async ({ spec, weights, batchSizes, streaming, N, ...workload }) => {
      const packed = engine.pack({ ...spec, dtype }, weights.map(mapWeights(cast)))
      const input = cast(workload.input)
      if (!streaming) {
        const run = (): RecurrentOutput => engine.recurrent(packed, { input, batchSizes, h0: null, c0: null })
        return {
          output: async () => run(),
          time: timer(run, { async: false }),
          dispose: async () => packed.dispose(),
        }
      }
      const stream = engine.stream(packed, N)
      return {
        output: async () => {
          stream.reset()
          let output = new Float32Array()
          for (let step = 0; step < agreedSteps; step++) output = Float32Array.from(stream.step(input))
          return { output, hn: stream.h.slice(), cn: stream.c?.slice() ?? null }
        },
        time: timer(() => stream.step(input), { async: false }),
        dispose: async () => {
          stream.dispose()
          packed.dispose()
        },
      }
    },
  }
}

function mapWeights(map: (array: FloatArray) => FloatArray): (weights: DirectionWeights) => DirectionWeights {
  const orNull = (array: FloatArray | null): FloatArray | null => array && map(array)
  return ({ weightIh, weightHh, biasIh, biasHh, weightHr }) => ({
    weightIh: map(weightIh),
    weightHh: map(weightHh),
    biasIh: orNull(biasIh),
    biasHh: orNull(biasHh),
    weightHr: orNull(weightHr),
  })
}
