import { CheckpointError, LSTM, loadWeights, manualSeed, savePt } from '@unroll/torch'

manualSeed(0)
const file = savePt(new LSTM(3, 5).stateDict())
const altered = file.slice()
const at = altered.length >> 1
altered[at] = (altered[at] ?? 0) ^ 1 // one bit

for (const bytes of [file.slice(0, 1000), altered]) {
  try {
    await loadWeights(bytes)
  } catch (error) {
    if (error instanceof CheckpointError) console.log(error.name, error.record, error.offset, error.message)
  }
}
