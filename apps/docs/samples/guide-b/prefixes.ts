import { GRU, loadWeights, savePt } from '@unroll/torch'

const gru = new GRU(3, 8)
const file = savePt({
  model: gru.stateDict({ prefix: 'module.encoder.' }), // of nn.DataParallel
  ema: gru.stateDict({ prefix: 'module.encoder.' }), // averaged weights
})
try {
  GRU.fromStateDict(await loadWeights(file))
} catch (error) {
  console.log(String(error))
}
const averaged = await loadWeights(file, { prefix: 'ema.module.' })
console.log([...averaged.keys()])
console.log(`${GRU.fromStateDict(averaged, { prefix: 'encoder.' })}`)
