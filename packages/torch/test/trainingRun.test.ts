import { loadCheckpoint, saveCheckpoint } from '@unroll/torch'
import { describe, expect, it } from 'vitest'
import { Run } from './trainingRun.ts'

describe.each(['float32', 'float64'] as const)('a run of training in %s', (dtype) => {
  it('goes on from its checkpoint in the middle of an epoch: 100 + 100 steps are 200, to the bit', async () => {
    const whole = new Run(dtype, 4)
    const losses = whole.losses(200)
    const last = saveCheckpoint(whole.parts)

    const stopped = new Run(dtype, 4)
    const first = stopped.losses(100)
    const file = saveCheckpoint(stopped.parts)
    const resumed = new Run(dtype, 5)
    resumed.take(stopped.x, stopped.labels)
    await loadCheckpoint(file, resumed.parts)
    expect([...first, ...resumed.losses(100)]).toEqual(losses)
    expect(saveCheckpoint(resumed.parts)).toEqual(last)
  })
})
