import { Adam, GRU, Linear, manualSeed, mseLoss, tensor, truncate } from '@unroll/torch'

manualSeed(0)
const gru = new GRU(1, 8)
const head = new Linear(8, 1)
const optimizer = new Adam([...gru.parameters(), ...head.parameters()], { lr: 0.01 })

const length = 1000
const wave = tensor(Float32Array.from({ length: length + 1 }, (_, t) => Math.sin(t / 5)))
const series = wave.reshape(length + 1, 1, 1)
const x = series.slice(0, 0, length)

for (const chunk of truncate<'GRU'>(x, null, 50)) {
  const [output, hn] = gru.forward(chunk.input, chunk.hx)
  chunk.carry(hn) // the next chunk begins with this state, without its history
  const loss = mseLoss(head.forward(output), series.narrow(0, chunk.start + 1, chunk.length))
  optimizer.zeroGrad()
  loss.backward()
  optimizer.step()
  if (chunk.start % 300 === 0) console.log(`timestep ${chunk.start}: loss ${loss.item().toFixed(3)}`)
}

// The whole sequence at once, in less memory:
const [output] = gru.forward(x, null, { checkpointEvery: 100 })
console.log(output.shape)
