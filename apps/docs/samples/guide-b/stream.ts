import { allclose, LSTM, manualSeed, rand } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(3, 4)
const stream = lstm.stream()

const readings = rand(5, 3) // 5 timesteps of a sensor with 3 axes
for (const reading of readings) {
  const h = stream.step(Float32Array.from(reading.data, Number)) // Float32Array in, Float32Array out
  console.log(Array.from(h, (value) => value.toFixed(4)).join('  '))
}

const [, [hn]] = lstm.forward(readings) // all at once: the same state
console.log('same as forward:', allclose(stream.state[0], hn.reshape(1, 1, 4)))
stream.dispose()
