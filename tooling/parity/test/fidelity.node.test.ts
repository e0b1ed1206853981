import { RNNBase } from '@unroll/sequence'
import { manualSeed, noGrad, Tensor, zeros } from '@unroll/tensor'
import { some } from '@unroll/testing/full'
import { expect, it } from 'vitest'
import { compareOutcomes } from '../src/compare.ts'
import { namedEngines } from '../src/engines.ts'
import { outcomeOf } from '../src/outcome.ts'
import type { Construction, Draw, ModulePlan } from '../src/plan.ts'
import { construct, runPlan } from '../src/runPlan.ts'
import { describeWithTorch } from './oracle.ts'

const engines = namedEngines().flatMap(({ name, engine }) => (engine ? [{ name, engine }] : []))

/** The largest and the root mean square distance from `want`. */
function drift(got: Tensor, want: Tensor): { max: number; rms: number } {
  let [max, squares] = [0, 0]
  const [a, b] = [got.data, want.data]
  for (let i = 0; i < b.length; i++) {
    const error = Math.abs(Number(a[i]) - Number(b[i]))
    if (!(error <= max)) max = error
    squares += error * error
  }
  return { max, rms: Math.sqrt(squares / b.length) }
}

const longRuns: readonly Construction[] = [
  { name: 'RNN', args: [20, 33], options: {} },
  { name: 'RNN', args: [20, 33], options: { nonlinearity: 'relu' } },
  { name: 'LSTM', args: [20, 33], options: {} },
  { name: 'LSTM', args: [8, 21], options: { numLayers: 2, bidirectional: true, projSize: 5 } },
  { name: 'GRU', args: [20, 33], options: {} },
  { name: 'RNN', args: [64, 64], options: {} },
  { name: 'LSTM', args: [3, 5], options: {} },
  { name: 'LSTM', args: [64, 64], options: {} },
  { name: 'GRU', args: [40, 57], options: {} },
]

describeWithTorch('over 10,000 timesteps', (oracle) => {
  for (const made of some(longRuns, 2)) {
    const title = `${made.name}(${made.args.join(', ')}) ${JSON.stringify(made.options)}`
    it(`${title} drifts from float64 as PyTorch does, and no further at the end than at the start`, async () => {
      const shape = [10_000, 2, Number(made.args[0])]
      const { single, double } = await oracle.ask('long', { seed: 5, construct: made, shape })
      if (!(single instanceof Tensor) || !(double instanceof Tensor)) throw new TypeError('expected tensors')
      const torch = drift(single, double)
      for (const { name, engine } of engines) {
        manualSeed(5)
        const module = construct(made)
        if (!(module instanceof RNNBase)) throw new TypeError('expected a sequence module')
        module.to(engine)
        const x = zeros(shape).uniform_(-1, 1)
        const [output] = noGrad(() => module.forward(x))
        const ours = drift(output, double)
        expect(ours.rms, `${name}: rms drift, PyTorch's is ${torch.rms}`).toBeLessThanOrEqual(torch.rms)
        expect(ours.max, `${name}: max drift, PyTorch's is ${torch.max}`).toBeLessThanOrEqual(2 * torch.max)
        const [early, late] = [0, 9000].map((t) =>
          drift(output.narrow(0, t, 1000), double.narrow(0, t, 1000)),
        )
        expect(late?.rms, `${name}: drift of the last 1000 steps`).toBeLessThan(1.2 * (early?.rms ?? 0))

        const [exact] = noGrad(() => module.double().forward(x.to('float64')))
        expect(exact).toBeAllclose(double, { rtol: 1e-12, atol: 1e-12 })
        module.dispose()
      }
    }, 180_000)
  }
})

const values = ['nan', 'inf', '-inf', '-0.0', '1e-40', '1e30', '-1e30']
const modules: readonly Construction[] = [
  { name: 'RNN', args: [5, 7], options: { numLayers: 2 } },
  { name: 'RNN', args: [5, 7], options: { nonlinearity: 'relu' } },
  { name: 'LSTM', args: [5, 7], options: { numLayers: 2, bidirectional: true } },
  { name: 'LSTM', args: [5, 7], options: { projSize: 3 } },
  { name: 'GRU', args: [5, 7], options: { numLayers: 2, bidirectional: true } },
  { name: 'RNNCell', args: [5, 7], options: {} },
  { name: 'LSTMCell', args: [5, 7], options: {} },
  { name: 'GRUCell', args: [5, 7], options: {} },
]

describeWithTorch('values beyond the ordinary', (oracle) => {
  for (const made of modules) {
    for (const dtype of ['float32', 'float64']) {
      it(`${made.name} ${JSON.stringify(made.options)} of ${dtype} takes each of them in input and state where PyTorch does`, async () => {
        for (const value of values) {
          // Unbounded and huge, rounding alone is beyond any tolerance.
          if (made.options['nonlinearity'] === 'relu' && value.includes('e30')) continue
          for (const inState of [false, true]) {
            const plan = planWith(made, dtype, value, inState)
            const torch = outcomeOf(await oracle.ask('module', { plan }))
            expect(torch.error).toBeNull()
            for (const { name, engine } of engines) {
              const found = compareOutcomes(torch, runPlan(plan, engine))
              expect(found, `${name}, ${value} in the ${inState ? 'state' : 'input'}`).toEqual([])
            }
          }
        }
      }, 30_000)
    }
  }

  it('denormals are not taken for zeros', async () => {
    const draw: Draw = { shape: [3, 2, 5], dtype: 'float32', scale: 1e-39 }
    const made = { name: 'RNN', args: [5, 7], options: { nonlinearity: 'relu', bias: false } }
    const plan: ModulePlan = { ...planWith(made, 'float32', '0.0', false), input: draw, hx: null }
    const [want] = outcomeOf(await oracle.ask('module', { plan })).tensors
    if (!want) throw new TypeError('expected an output')
    expect(want.gt(0).any().item()).toBe(1)
    for (const { engine } of engines) {
      const [got] = runPlan(plan, engine).tensors
      // A unit of what is this small is 1.4e-45.
      expect(got).toBeAllclose(want, { rtol: 0, atol: 2e-44 })
    }
  })
})

/** Three timesteps of two sequences, `value` in the first of them. */
function planWith(made: Construction, dtype: string, value: string, inState: boolean): ModulePlan {
  const isCell = made.name.endsWith('Cell')
  const { numLayers = 1, bidirectional = false, projSize = 7 } = made.options
  const layers = Number(numLayers) * (bidirectional === true ? 2 : 1)
  const draw = (shape: readonly number[], special: boolean): Draw => ({
    shape,
    dtype,
    scale: 1,
    specials: special ? [[2, value]] : [],
  })
  const state = (width: number): Draw => draw(isCell ? [2, width] : [layers, 2, width], inState)
  return {
    family: 'module',
    seed: 11,
    construct: { ...made, options: { ...made.options, dtype } },
    training: false,
    input: draw(isCell ? [2, 5] : [3, 2, 5], !inState),
    pack: null,
    backward: null,
    hx: made.name.startsWith('LSTM') ? [state(Number(projSize)), state(7)] : state(7),
  }
}
