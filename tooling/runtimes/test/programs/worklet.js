// An audio effect: an LSTM of one sample in, one sample out, in an AudioWorkletProcessor.
import { LSTM } from '@unroll/sequence'
import { loadWeights } from '@unroll/weights'

class Effect extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super()
    this.sample = new Float32Array(1)
    this.start(processorOptions.weights).catch((error) =>
      this.port.postMessage(String(error?.stack ?? error)),
    )
  }

  async start(bytes) {
    const lstm = LSTM.fromStateDict(await loadWeights(bytes))
    this.stream = lstm.stream({ batch: 1 })
    this.port.postMessage({ engine: lstm.engine.name, variant: lstm.engine.variant })
  }

  process([[input]], [[output]]) {
    if (!this.stream || !input) return true
    for (let i = 0; i < output.length; i++) {
      this.sample[0] = input[i]
      output[i] = this.stream.step(this.sample)[0]
    }
    return true
  }
}

registerProcessor('effect', Effect)
