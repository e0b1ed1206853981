import type { FloatArray, PackedWeights } from '../contract/recurrent.ts'
import type { HostTraining } from '../contract/training.ts'
import { hostTraining } from '../tape/hostTraining.ts'
import { ArraySums } from '../tape/weightSums.ts'
import type { RunnableWeights } from './runnableWeights.ts'
import { TrainableWeights } from './trainableWeights.ts'
import { multiplyFactors } from './walkBack.ts'
import { WasmDirection } from './wasmDirection.ts'
import { WasmSums } from './wasmSums.ts'
import { WasmTape } from './wasmTape.ts'
import type { WasmWeights } from './wasmWeights.ts'

/** What training needs of a wasm engine. */
export interface TrainingHost {
  /** @throws TypeError unless this engine packed them */
  own(weights: PackedWeights): WasmWeights
  add(a: FloatArray, b: FloatArray): FloatArray
}

/** The training of a wasm engine. */
export function wasmTraining({ own, add }: TrainingHost): HostTraining {
  return hostTraining<RunnableWeights>({
    own: (weights) => TrainableWeights.of(own(weights)),
    run: (weights, call) => weights.run(call),
    record: (weights, call) => new WasmTape(weights, call),
    direction: (weights, index) => new WasmDirection(weights, index),
    add,
    sums: (weights, wanted) =>
      weights.instance.threadCount > 1 ? new ArraySums() : new WasmSums(weights, wanted),
    multiply: multiplyFactors,
  })
}
