import fixtures from '@unroll/oracle/fixtures/fidelity.json'
import { LSTM } from '@unroll/sequence'
import { manualSeed, type Tensor, zeros } from '@unroll/tensor'
import type { EncodedArray } from '@unroll/testing'
import { expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { dtypeOf, type ModuleFixture, makeModule, run, toTensor } from './fixtures.ts'

interface FidelityFixture extends ModuleFixture {
  readonly name: string
  readonly place: string
  /** One value for each sequence of the batch but the last. */
  readonly specials: readonly string[]
  readonly output: EncodedArray
  readonly states: readonly EncodedArray[]
}

const cases: readonly FidelityFixture[] = fixtures.cases

/** The input and states that the fixture was made with: seeded draws, then special values in their places. */
function drawArguments(fixture: FidelityFixture, module: ReturnType<typeof makeModule>): [Tensor, Tensor[]] {
  const dtype = dtypeOf(fixture)
  const N = fixture.specials.length + 1
  const layers = module.numLayers * (module.bidirectional ? 2 : 1)
  const draw = (shape: readonly number[]): Tensor => zeros(shape, { dtype }).uniform_(-1, 1)
  const [x, h0, c0] = [draw([3, N, 5]), draw([layers, N, module.projSize || 7]), draw([layers, N, 7])]
  const put = (place: Tensor, at: number, value: number): void => {
    place.slice(0, at, at + 1).fill_(value)
  }
  fixture.specials.forEach((text, n) => {
    if (fixture.options.nonlinearity === 'relu' && text.includes('e30')) return
    const value = { nan: Number.NaN, inf: Infinity, '-inf': -Infinity }[text] ?? Number(text)
    put(fixture.place === 'input' ? x.at(1, n) : h0.at(0, n), 2, value)
    if (fixture.place === 'state') put(c0.at(0, n), 4, value)
  })
  return [x, module instanceof LSTM ? [h0, c0] : [h0]]
}

describeEngines((engine) => {
  it.each(cases)(
    'takes NaN, infinities, -0, denormals and huge values where PyTorch does: $name',
    (fixture) => {
      manualSeed(11)
      const module = makeModule(fixture).to(engine)
      const [input, given] = drawArguments(fixture, module)
      const { output, states } = run(module, input, given)
      const tolerance = dtypeOf(fixture) === 'float64' ? { rtol: 1e-12, atol: 1e-12 } : {}
      expect(output).toBeAllclose(toTensor(fixture.output), tolerance)
      states.forEach((state, i) => {
        const want = fixture.states[i]
        if (!want) throw new Error('the fixture has no such state')
        expect(state).toBeAllclose(toTensor(want), tolerance)
      })
      module.dispose()
    },
  )
})
