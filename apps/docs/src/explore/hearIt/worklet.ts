import { type Amp, loadAmp } from './amp.ts'
import { blockSamples, momentSamples, type ProcessorMessage, processorName } from './messages.ts'

// Globals of an audio worklet, of which TypeScript's libraries say nothing.
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(
  name: string,
  processor: new (options: Options) => AudioWorkletProcessor,
): void
declare const sampleRate: number

interface Options {
  readonly processorOptions: { readonly file: Uint8Array }
}

/** Inputs or outputs, of each its channels; without channels where nothing is connected. */
type Channels = readonly (readonly Float32Array[])[]
type Parameters = Readonly<Record<'drive' | 'mix', Float32Array>>

/** Seconds between two moments that are posted. */
const pause = 0.08
/** The clock here counts whole milliseconds: measuring takes so many of them, and the best of so many rounds counts. */
const measuredMilliseconds = 20
const rounds = 4

class AmpProcessor extends AudioWorkletProcessor {
  static readonly parameterDescriptors = [
    { name: 'drive', defaultValue: 1, minValue: 0, maxValue: 8, automationRate: 'k-rate' },
    { name: 'mix', defaultValue: 1, minValue: 0, maxValue: 1, automationRate: 'k-rate' },
  ]
  #amp: Amp | null = null
  #input = new Float32Array(momentSamples)
  #output = new Float32Array(momentSamples)
  #hidden = new Float32Array(0)
  /** Samples of the moment that are there; negative while it waits for the next. */
  #at = 0
  #waited = 0
  #last = 0
  #peak = 0
  #squares = 0
  #count = 0

  constructor({ processorOptions }: Options) {
    super()
    this.#start(processorOptions.file).catch((error: unknown) =>
      this.#post({ type: 'failed', message: String(error) }),
    )
  }

  async #start(file: Uint8Array): Promise<void> {
    const amp = await loadAmp(file)
    const blockMicroseconds = microsecondsOf(amp)
    this.#hidden = new Float32Array(momentSamples * amp.units)
    this.#amp = amp
    this.#at = -1
    this.#post({ type: 'ready', engine: amp.engine, units: amp.units, blockMicroseconds })
  }

  process(inputs: Channels, outputs: Channels, { drive, mix }: Parameters): boolean {
    const [amp, input, output] = [this.#amp, inputs[0]?.[0], outputs[0]?.[0]]
    if (amp === null || output === undefined) return true
    const [gain = 1, wet = 1] = [drive[0], mix[0]]
    for (let i = 0; i < output.length; i++) {
      const dry = input?.[i] ?? 0
      const value = wet * amp.step(gain * dry) + (1 - wet) * dry
      output[i] = value
      this.#record(dry, value, amp)
    }
    return true
  }

  /** Keeps a moment, from where the sound rises through zero: so pictures of a steady tone stand still. */
  #record(dry: number, value: number, amp: Amp): void {
    this.#peak = Math.max(this.#peak, Math.abs(value))
    this.#squares += value * value
    this.#count++
    if (this.#at < 0) {
      this.#waited++
      const seconds = this.#waited / sampleRate
      if ((seconds > pause && this.#last <= 0 && dry > 0) || seconds > 2 * pause) this.#at = 0
    }
    this.#last = dry
    if (this.#at < 0) return
    this.#input[this.#at] = dry
    this.#output[this.#at] = value
    this.#hidden.set(amp.hidden, this.#at * amp.units)
    this.#at++
    if (this.#at < momentSamples) return
    // What is posted is copied.
    this.#post({
      type: 'heard',
      input: this.#input,
      output: this.#output,
      hidden: this.#hidden,
      peak: this.#peak,
      level: Math.sqrt(this.#squares / this.#count),
    })
    this.#at = -1
    this.#waited = this.#peak = this.#squares = this.#count = 0
  }

  #post(message: ProcessorMessage): void {
    this.port.postMessage(message)
  }
}

/** Time that a block takes on this thread, before it has to sound. */
function microsecondsOf(amp: Amp): number {
  const run = (milliseconds: number): number => {
    const start = Date.now()
    let blocks = 0
    while (Date.now() - start < milliseconds) {
      for (let i = 0; i < blockSamples; i++) amp.step(Math.sin((blocks * blockSamples + i) * 0.05))
      blocks++
    }
    return ((Date.now() - start) * 1000) / blocks
  }
  // The first one is for the compiler.
  run(measuredMilliseconds)
  const results = Array.from({ length: rounds }, () => run(measuredMilliseconds))
  amp.reset()
  return Math.min(...results)
}

registerProcessor(processorName, AmpProcessor)
