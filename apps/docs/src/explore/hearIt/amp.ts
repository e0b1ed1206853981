import { Linear, Sequential } from '@unroll/nn'
import { LSTM } from '@unroll/sequence'
import { loadWeights } from '@unroll/weights'

/** The amplifier of `tooling/oracle/explore/hear_it.py`: an LSTM and a Linear, one sample in, one sample out. */
export interface Amp {
  readonly engine: string
  readonly units: number
  /** `h` after the last sample `(units,)`: a view that the next one overwrites. */
  readonly hidden: Float32Array
  step(sample: number): number
  /** Starts anew, from silence. */
  reset(): void
}

/** @param file bytes of a checkpoint with the keys `lstm.` and `head.` */
export async function loadAmp(file: Uint8Array): Promise<Amp> {
  const weights = await loadWeights(file)
  const lstm = LSTM.fromStateDict(weights, { prefix: 'lstm.' })
  const head = new Linear(lstm.hiddenSize, 1)
  head.loadStateDict(await loadWeights(file, { prefix: 'head.' }))
  const voice = lstm.stream()
  const end = new Sequential(head).stream()
  const sample = new Float32Array(1)
  const amp: { -readonly [Key in keyof Amp]: Amp[Key] } = {
    engine: lstm.engine.name,
    units: lstm.hiddenSize,
    hidden: new Float32Array(lstm.hiddenSize),
    step(value: number): number {
      sample[0] = value
      const hidden = voice.step(sample)
      if (hidden instanceof Float32Array) amp.hidden = hidden
      return end.step(hidden)[0] ?? 0
    },
    reset: () => voice.reset(),
  }
  return amp
}
