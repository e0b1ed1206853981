import { loadWeights } from '../../src/index.ts'

// An audio worklet's own globals, which TypeScript's libraries lack.
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(
  name: string,
  processor: new (options: Options) => AudioWorkletProcessor,
): void

interface Options {
  readonly processorOptions: { readonly bytes: Uint8Array }
}

/** Loads the bytes it is made with in an audio worklet, and posts the outcome. */
class LoadingProcessor extends AudioWorkletProcessor {
  constructor({ processorOptions }: Options) {
    super()
    loadWeights(processorOptions.bytes).then(
      (weights) =>
        this.port.postMessage(Array.from(weights, ([name, { data }]) => [name, Array.from(data, Number)])),
      (error: unknown) => this.port.postMessage(String(error)),
    )
  }

  process(): boolean {
    return true
  }
}

registerProcessor('loading', LoadingProcessor)
