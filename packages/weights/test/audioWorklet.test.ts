import { describe, expect, it } from 'vitest'
import { loadWeights } from '../src/index.ts'

const hasWorklets = typeof OfflineAudioContext !== 'undefined'

describe.skipIf(!hasWorklets)('an audio worklet (skipped outside browsers)', () => {
  it.each(['torchscript.pt', 'arrays-deflated.npz', 'lstm.safetensors', 'model.pth'])(
    'loads the bytes of %s',
    async (file) => {
      const bytes = new Uint8Array(
        await (await fetch(new URL(`./fixtures/${file}`, import.meta.url))).arrayBuffer(),
      )
      const audio = new OfflineAudioContext(1, 128 * 1000, 44_100)
      await audio.audioWorklet.addModule(new URL('./support/workletProcessor.ts', import.meta.url))
      const node = new AudioWorkletNode(audio, 'loading', { processorOptions: { bytes } })
      node.connect(audio.destination)
      const loaded = new Promise((done) => {
        node.port.onmessage = ({ data }) => done(data)
      })
      await audio.startRendering()
      const weights = await loadWeights(bytes)
      expect(await loaded).toEqual(
        Array.from(weights, ([name, { data }]) => [name, Array.from(data, Number)]),
      )
    },
  )
})
