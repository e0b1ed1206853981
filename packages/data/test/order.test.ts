import fixtures from '@unroll/oracle/fixtures/data_order.json'
import { manualSeed } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { drawDefault, type LoaderResult, makeLoader, runLoader, toLoaderCase } from './loaderCase.ts'

const cases: readonly { readonly case: object; readonly result: LoaderResult }[] = fixtures.cases

/** `n 10, batchSize 3, shuffle true` */
function titleOf({
  seed: _,
  epochs: __,
  ...facts
}: {
  readonly seed?: number
  readonly epochs?: number
}): string {
  return JSON.stringify(facts).replaceAll(/["{}]/g, '').replaceAll(':', ' ').replaceAll(',', ', ')
}

describe.each(cases.map(({ case: spec, result }) => [titleOf(spec), toLoaderCase(spec), result] as const))(
  'a loader with %s',
  (_, spec, result) => {
    it('gives the batches that PyTorch gives, and leaves all generators where PyTorch does', () => {
      expect(runLoader(spec)).toEqual(result)
    })

    it('gives them asynchronously, too', async () => {
      manualSeed(spec.seed)
      const { loader, drawFromAll } = makeLoader(spec)
      const epochs: number[][][] = []
      for (let epoch = 0; epoch < spec.epochs; epoch++) {
        const batches: number[][] = []
        for await (const batch of loader) {
          batches.push(batch)
          if (spec.draw) drawDefault()
          if (batches.length === spec.stopAfter) break
        }
        epochs.push(batches)
      }
      expect(epochs).toEqual(result.epochs)
      expect(drawFromAll()).toEqual(result.after)
    })
  },
)
