import { checkInput } from '../checks/call.ts'
import { checkGradients, checkTapeWeights, checkWanted } from '../checks/gradients.ts'
import type { FloatArray, RecurrentInput, RecurrentSpec } from '../contract/recurrent.ts'
import type { OutputGradients, RecurrentGradients, RecurrentTape } from '../contract/training.ts'
import { mostKeptBytes } from './kept.ts'
import type { Recording } from './recording.ts'
import type { RunnableWeights } from './runnableWeights.ts'
import { walkBack } from './walkBack.ts'
import type { WantedOfWalk } from './wasmSums.ts'

/** A recorded call. */
export class WasmTape implements RecurrentTape {
  readonly output: FloatArray
  readonly hn: FloatArray
  readonly cn: FloatArray | null
  readonly cells: FloatArray | null
  readonly #weights: RunnableWeights
  /** The version of the weights that it ran with. */
  readonly #version: number
  /** `N` and `R`. */
  readonly #counts: { readonly N: number; readonly R: number }
  #recording: Recording | null

  constructor(weights: RunnableWeights, call: RecurrentInput) {
    this.#counts = checkInput(weights.spec, call)
    this.#weights = weights
    this.#version = weights.version
    const { output, hn, cn, cells, recording } = withRemedy(() => weights.record(call))
    this.output = output
    this.hn = hn
    this.cn = cn
    this.cells = cells
    this.#recording = recording
    // Small ones stay with the weights anyway, for the next call.
    if (recording.layout.byteLength > mostKeptBytes) forgotten().register(this, recording, this)
  }

  backward(gradients: OutputGradients, wanted: WantedOfWalk = {}): RecurrentGradients {
    if (this.#recording === null) throw new Error('backward: this tape was disposed; run the sequence again')
    checkTapeWeights(this.#weights, this.#version)
    checkGradients(this.#weights.spec, this.#counts, gradients)
    checkWanted(this.#weights.spec, wanted)
    const recording = this.#recording
    if (wanted.factors === true) checkHasFactors(this.#weights.spec, recording.batchSizes.length)
    return withRemedy(() => recording.inPlace(() => walkBack(this.#weights, recording, gradients, wanted)))
  }

  dispose(): void {
    if (this.#recording === null) return
    forgotten().unregister(this)
    this.#recording.dispose()
    this.#recording = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

let registry: FinalizationRegistry<Recording> | undefined

/** Gives back the memory of tapes that were dropped without dispose; made on first use, so that importing this file does nothing. */
function forgotten(): FinalizationRegistry<Recording> {
  registry ??= new FinalizationRegistry((recording) => recording.dispose())
  return registry
}

function checkHasFactors({ numLayers, bidirectional, projSize }: RecurrentSpec, timesteps: number): void {
  if (timesteps === 1 && numLayers === 1 && !bidirectional && projSize === 0) return
  throw new RangeError(
    'backward: factors are for one timestep through one layer and direction without projection, got ' +
      `${timesteps} timesteps, ${numLayers} layers, ${bidirectional ? 2 : 1} directions, projSize ${projSize}`,
  )
}

/** Says how to need less where the memory has no room. */
function withRemedy<T>(compute: () => T): T {
  try {
    return compute()
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new RangeError(
      `${cause.message}; a long sequence needs less if it is recorded with checkpointEvery: 100`,
      { cause },
    )
  }
}
