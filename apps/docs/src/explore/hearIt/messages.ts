/** What the processor tells the page. */
export type ProcessorMessage =
  | {
      readonly type: 'ready'
      readonly engine: string
      readonly units: number
      /** Time of a block of 128 samples, measured there. */
      readonly blockMicroseconds: number
    }
  | { readonly type: 'failed'; readonly message: string }
  | Heard

/** A moment of the sound, some times a second. */
export interface Heard {
  readonly type: 'heard'
  /** `(samples,)`, what came in and what went out. */
  readonly input: Float32Array
  readonly output: Float32Array
  /** `h`, `(samples, units)`. */
  readonly hidden: Float32Array
  /** The loudest sample since the last message, and the root of the mean square. */
  readonly peak: number
  readonly level: number
}

/** Samples of a moment: 10.7 ms at 48 kHz, four blocks. */
export const momentSamples = 512
/** Samples that an audio worklet gets at once. */
export const blockSamples = 128
/** What the amplifier was trained at. At another rate it sounds different. */
export const sampleRate = 48_000
/** The processor's name. */
export const processorName = 'amp'
