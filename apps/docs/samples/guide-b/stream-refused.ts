import { LSTM } from '@unroll/torch'

try {
  new LSTM(1, 4, { bidirectional: true }).stream()
} catch (error) {
  console.log(String(error))
}
try {
  new LSTM(1, 4).stream().step(Float32Array.of(1, 2))
} catch (error) {
  console.log(String(error))
}
