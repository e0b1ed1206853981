import { LSTM, manualSeed } from '@unroll/torch'

manualSeed(0)
const stream = new LSTM(1, 2).stream({ batch: 3 }) // three sensors side by side
const show = (when: string): void => console.log(when, stream.state[0].select(0, 0))

stream.step(Float32Array.of(0.5, -0.5, 1)) // one number for each
show('after a step')
stream.resetSequence(1) // the second sensor was replaced
show('second anew')
stream.reset()
show('all anew')
