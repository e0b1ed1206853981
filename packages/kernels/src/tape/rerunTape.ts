import { checkGradients, checkTapeWeights, checkWanted } from '../checks/gradients.ts'
import type { FloatArray } from '../contract/recurrent.ts'
import type {
  OutputGradients,
  RecurrentGradients,
  RecurrentTape,
  WantedGradients,
} from '../contract/training.ts'
import type { Run, TapeWeights } from './recorder.ts'

/** A tape that computes again what it needs. */
export class RerunTape implements RecurrentTape {
  readonly output: FloatArray
  readonly hn: FloatArray
  readonly cn: FloatArray | null
  readonly cells: FloatArray | null
  readonly #weights: TapeWeights
  /** The version of the weights that it ran with. */
  readonly #version: number
  readonly #counts: { readonly N: number; readonly R: number }
  #back: Run['back'] | null

  /** @param counts `N` and `R` */
  constructor(weights: TapeWeights, counts: { readonly N: number; readonly R: number }, run: Run) {
    const { output, hn, cn, cells } = run.results
    this.output = output
    this.hn = hn
    this.cn = cn
    this.cells = cells ?? null
    this.#weights = weights
    this.#version = weights.version
    this.#counts = counts
    this.#back = run.back
  }

  backward(gradients: OutputGradients, wanted: WantedGradients = {}): RecurrentGradients {
    if (this.#back === null) throw new Error('backward: this tape was disposed; run the sequence again')
    checkTapeWeights(this.#weights, this.#version)
    checkGradients(this.#weights.spec, this.#counts, gradients)
    checkWanted(this.#weights.spec, wanted)
    return this.#back(gradients, wanted)
  }

  dispose(): void {
    this.#back = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
