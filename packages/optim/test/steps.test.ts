import fixtures from '@unroll/oracle/fixtures/optim_steps.json'
import { it } from 'vitest'
import type { StepCase, StepResult } from './cases.ts'
import { compareWithPyTorch } from './compare.ts'
import { describeEngines } from './engines.ts'

const cases: readonly (StepCase & StepResult)[] = fixtures.cases

describeEngines((engine) => {
  it.each(cases)('gives what PyTorch gives after 200 steps of $name', (one) => {
    compareWithPyTorch(engine, one, one)
  })
})
