import { LSTM, loadWeights, savePt } from '@unroll/torch'

const bytes = (text: string) => new TextEncoder().encode(text)
const state = new LSTM(3, 4).stateDict({ prefix: 'encoder.' })
const wrong = [
  () => loadWeights(bytes('<!doctype html><title>Not found</title>')),
  () => loadWeights(bytes('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n')),
  () => loadWeights(savePt(state).slice(0, 900)),
  () => loadWeights(savePt(state), { prefix: 'decoder.' }),
  () => loadWeights(savePt({ epoch: 3 })),
  () => loadWeights(bytes("cos\nsystem\n(S'ls'\ntR.")), // a pickle that would run a program
]
for (const call of wrong) {
  try {
    await call()
  } catch (error) {
    console.log(error)
  }
}
