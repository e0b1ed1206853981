// Whole models where there is nothing but JavaScript; the test looks at `program`.
import { LSTM } from '@unroll/sequence'
import { manualSeed, randn } from '@unroll/tensor'
import { loadWeights, savePt, saveSafetensors } from '@unroll/weights'

globalThis.program = {
  async run() {
    manualSeed(0)
    const lstm = new LSTM(3, 4)
    const input = randn([5, 3])
    const files = [savePt(lstm.stateDict()), saveSafetensors(lstm.stateDict())]
    const loaded = await Promise.all(files.map(async (file) => LSTM.fromStateDict(await loadWeights(file))))
    const outputs = [lstm, ...loaded].map((model) => [...model.forward(input)[0].data])
    return JSON.stringify({ engine: lstm.engine.name, text: String(lstm), outputs })
  },
  // Draws a seed of its own, of whatever there is.
  unseeded: () => String(new LSTM(3, 4).parameters()[0].data[0]),
}
