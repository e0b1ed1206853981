import fixtures from '@unroll/oracle/fixtures/optim_files.json'
import { load, savePt } from '@unroll/torch'
import { describe, expect, it } from 'vitest'
import { elementsOf, type FileCase, fileOf, resume, tenSteps } from './optimizerFiles.ts'

const cases: readonly FileCase[] = fixtures.cases

describe.each(cases)("PyTorch's checkpoint of $name", (one) => {
  it('goes on here as it does there', async () => {
    const resumed = await resume(one, fileOf(one))
    tenSteps(resumed)
    for (const [index, param] of resumed.params.entries()) {
      expect(param.data).toBeAllclose(elementsOf(one.later[index]))
    }
    expect(resumed.optimizer.paramGroups[0]?.lr).toBeCloseTo(one.lr, 15)
  })

  it('has the same keys when it is saved here', async () => {
    const { optimizer } = await resume(one, fileOf(one))
    const groups = optimizer.stateDict().get('param_groups')
    const [group] = Array.isArray(groups) ? groups : []
    expect([...(group instanceof Map ? group.keys() : [])].sort()).toEqual(one.keys)
  })

  it('is the same after it was saved and loaded again', async () => {
    const { optimizer, schedule } = await resume(one, fileOf(one))
    const checkpoint = { optimizer: optimizer.stateDict(), schedule: schedule.stateDict() }
    const loaded = await load(savePt(checkpoint))
    expect(loaded).toEqual(new Map(Object.entries(checkpoint)))
  })
})
