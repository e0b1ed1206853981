import { Dropout, LSTM, SelectOutput, Sequential } from '@unroll/torch'

const wrong = [
  () => new LSTM(3, 4, { bidirectional: true }).stream(),
  () => new Sequential(new LSTM(3, 4), new SelectOutput('sequence'), new Dropout(0.5)).stream(),
  () => new LSTM(3, 4).stream().step(new Float32Array(2)),
  () => {
    const stream = new LSTM(3, 4).stream()
    stream.dispose()
    stream.step(new Float32Array(3))
  },
]
for (const call of wrong) {
  try {
    call()
  } catch (error) {
    console.log(error)
  }
}
