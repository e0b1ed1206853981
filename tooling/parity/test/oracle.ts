import { afterAll, describe } from 'vitest'
import { isOracle, type Oracle, startOracle } from '../src/oracle.ts'

const started = await startOracle()

/** A suite that asks PyTorch; where there is none, its tests show as skipped, with the reason. */
export function describeWithTorch(title: string, suite: (oracle: Oracle) => void): void {
  if (isOracle(started)) {
    afterAll(() => started.close())
    describe(title, () => suite(started))
  } else {
    describe.skip(`${title}: no PyTorch here: ${started.missing}`, () => suite(unreachable))
  }
}

const unreachable: Oracle = {
  torch: '',
  drawsDropoutItself: false,
  ask: () => Promise.reject(new Error('there is no PyTorch')),
  close: () => undefined,
}
