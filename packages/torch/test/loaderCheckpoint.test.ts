import {
  DataLoader,
  defaultGenerator,
  Linear,
  loadCheckpoint,
  manualSeed,
  rand,
  SGD,
  saveCheckpoint,
} from '@unroll/torch'
import { expect, it } from 'vitest'

const dataset = Array.from({ length: 11 }, (_, i) => i)
const make = (): DataLoader<number, number[]> =>
  new DataLoader(dataset, { batchSize: 2, shuffle: true, collate: (items) => items })

/** Goes on to the end of the third epoch, with a draw of another after every batch, or stops after some batches. */
function train(loader: DataLoader<number, number[]>, most = Infinity): unknown[] {
  const seen: unknown[] = []
  while (loader.epoch < 3) {
    for (const batch of loader) {
      seen.push([...batch, rand([]).item()])
      if (seen.length === most) return seen
    }
  }
  return seen
}

it('a loader goes on from a checkpoint, to the end of the run', async () => {
  manualSeed(0)
  const whole = train(make())
  manualSeed(0)
  const stopped = make()
  const first = train(stopped, 9)
  const saved = stopped.stateDict()
  const file = saveCheckpoint({ loader: stopped, generator: defaultGenerator() })

  manualSeed(1)
  const loader = make()
  await loadCheckpoint(file, { loader, generator: defaultGenerator() })
  expect([loader.epoch, loader.stateDict()]).toEqual([1, saved])
  expect([...first, ...train(loader)]).toEqual(whole)
})

it('a checkpoint that does not fit leaves the loader, the generator that it shares, and the optimiser as they were', async () => {
  const makeRun = (inputs: number) => {
    const model = new Linear(inputs, 2)
    const optimizer = new SGD(model.parameters(), { lr: 0.5 })
    return { generator: defaultGenerator(), loader: make(), optimizer, model }
  }
  const saved = makeRun(2)
  Object.assign(saved.optimizer.paramGroups[0] ?? {}, { initialLr: 5 })
  saved.loader[Symbol.iterator]().next()
  const file = saveCheckpoint(saved)
  manualSeed(7)
  const [run, misfit] = [makeRun(2), new Linear(3, 3)]
  for (const _ of run.loader) break
  const states = (): unknown[] => [
    run.generator.getState(),
    run.loader.stateDict(),
    run.optimizer.stateDict(),
  ]
  const before = states()
  await expect(loadCheckpoint(file, { ...run, model: misfit })).rejects.toThrow()
  expect(states()).toEqual(before)
  // The epoch that was broken off is not gone on with.
  expect([...run.loader]).toHaveLength(6)
})
