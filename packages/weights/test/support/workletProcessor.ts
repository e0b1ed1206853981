import { loadWeights } from '../../src/index.ts'

// Of an audio worklet's own globals, of which TypeScript's libraries say nothing.
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

/** Loads the bytes it is made with, in an audio worklet, and posts what came of it. */
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
