import { DataLoader, defaultGenerator, load, manualSeed, rand, savePt, Tensor, tensor } from '@unroll/torch'
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

it('a loader goes on from a .pt file with its state and that of the default generator', async () => {
  manualSeed(0)
  const whole = train(make())
  manualSeed(0)
  const stopped = make()
  const first = train(stopped, 9)
  const file = savePt({ data: stopped.stateDict(), generator: tensor(defaultGenerator().getState()) })
  const saved = stopped.stateDict()

  manualSeed(1)
  const checkpoint = await load(file)
  if (!(checkpoint instanceof Map)) throw new Error('expected a Map')
  const loader = make()
  const [data, generator]: unknown[] = [checkpoint.get('data'), checkpoint.get('generator')]
  if (!(data instanceof Map && generator instanceof Tensor)) throw new Error('expected a Map and a tensor')
  loader.loadStateDict(data)
  defaultGenerator().setState(Uint8Array.from(generator.data, Number))
  expect([loader.epoch, loader.stateDict()]).toEqual([1, saved])
  expect([...first, ...train(loader)]).toEqual(whole)
})
