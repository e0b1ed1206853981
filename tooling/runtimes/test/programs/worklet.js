// An audio effect: an LSTM of one sample in and one out, in an AudioWorkletProcessor.
import { LSTM } from '@unroll/sequence'
import { manualSeed } from '@unroll/tensor'
import { loadWeights } from '@unroll/weights'

class Effect extends AudioWorkletProcessor {
  constructor({ processorOptions: { file } }) {
    super()
    this.sample = new Float32Array(1)
    this.start(file).then(
      (told) => this.port.postMessage(told),
      (error) => this.port.postMessage({ error: `${error}\n${error.stack}` }),
    )
  }

  async start(file) {
    manualSeed(1)
    const unseeded = new LSTM(2, 3)
    const lstm = LSTM.fromStateDict(await loadWeights(file))
    this.stream = lstm.stream({ batch: 1 })
    return {
      engine: lstm.engine.name,
      variant: lstm.engine.variant,
      drawn: [...unseeded.parameters()[0].data],
    }
  }

  process([[input]], [[output]]) {
    if (input === undefined || this.stream === undefined) return true
    for (let i = 0; i < output.length; i++) {
      this.sample[0] = input[i]
      output[i] = this.stream.step(this.sample)[0]
    }
    return true
  }
}

registerProcessor('effect', Effect)
