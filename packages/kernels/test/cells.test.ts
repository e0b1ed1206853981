import { type RecurrentSpec, reference } from '@unroll/kernels'
import { seeded, tolerances } from '@unroll/testing'
import { expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { randomCall, randomWeights } from './random.ts'

describeEngines((engine) => {
  it.each([
    { batchSizes: [1, 1, 1], batchFirst: false },
    { batchSizes: [3, 3, 2, 1], batchFirst: false },
    { batchSizes: [7, 7, 7], batchFirst: true },
  ])('gives the cell states of all timesteps of %o', ({ batchSizes, batchFirst }) => {
    for (const dtype of ['float32', 'float64'] as const) {
      for (const [projSize, bidirectional] of [
        [0, false],
        [3, true],
      ] as const) {
        const spec: RecurrentSpec = {
          mode: 'LSTM',
          dtype,
          inputSize: 4,
          hiddenSize: 21,
          projSize,
          numLayers: 2,
          bidirectional,
        }
        const weights = randomWeights(seeded(1), spec)
        const call = { ...randomCall(seeded(2), spec, batchSizes), batchFirst, returnCells: true }
        using packed = engine.pack(spec, weights)
        const { cells, cn } = engine.recurrent(packed, call)
        const want = reference.recurrent(reference.pack(spec, weights), call)
        expect(cells ?? []).toBeAllclose(want.cells ?? [], tolerances[dtype])
        // The cells of each sequence's last timestep are its final state.
        const width = bidirectional ? 42 : 21
        const last = batchFirst ? batchSizes.length - 1 : (cells?.length ?? 0) / width - 1
        if (batchSizes[0] === 1 || batchFirst) {
          const top = (bidirectional ? 2 : 1) * (batchSizes[0] ?? 0) * 21
          expect(cells?.subarray(last * width, last * width + 21)).toBeAllclose(
            cn?.subarray(top, top + 21) ?? [],
          )
        }
        expect(engine.recurrent(packed, { ...call, returnCells: false }).cells).toBe(null)
      }
    }
  })

  it('has no cell states but of an LSTM', () => {
    const spec: RecurrentSpec = {
      mode: 'GRU',
      dtype: 'float32',
      inputSize: 2,
      hiddenSize: 3,
      projSize: 0,
      numLayers: 1,
      bidirectional: false,
    }
    using packed = engine.pack(spec, randomWeights(seeded(1), spec))
    const call = { ...randomCall(seeded(2), spec, [1]), returnCells: true }
    expect(() => engine.recurrent(packed, call)).toThrow('returnCells is for LSTM only, got it with GRU')
  })
})
