import { type DeviceEngine, reference } from '@unroll/kernels'
import { Generator, grad, noGrad, randn, type Tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { LSTMCell, lstmCell } from '../src/index.ts'
import { describeEngines } from './fixtures.ts'

// h' = o * tanh(c'): the gradient of c' has a part that comes through h'. The module is one operation, and tells it all the same.

type Step = (x: Tensor, h: Tensor, c: Tensor) => readonly [h: Tensor, c: Tensor]

/** What somebody sees who looks at the cell states of two steps, in some way; then the gradients of all that is learned. */
const looks: Readonly<Record<string, (step: Step, inputs: readonly Tensor[]) => readonly (Tensor | null)[]>> =
  {
    'by hooks, which limit it': (step, inputs) => {
      const seen: Tensor[] = []
      const states = twoSteps(step, inputs)
      for (const [, c] of states) {
        c.registerHook((gradient) => {
          seen.push(gradient.clone())
          return gradient.clamp(-0.1, 0.1)
        })
      }
      lossOf(states).backward()
      return [...seen, ...inputs.map((each) => each.grad)]
    },
    'behind hooks of the hidden states': (step, inputs) => {
      const states = twoSteps(step, inputs)
      for (const [h, c] of states) {
        h.registerHook((gradient) => gradient.mul(3))
        c.retainGrad()
      }
      lossOf(states).backward()
      return [...states.map(([, c]) => c.grad), ...inputs.map((each) => each.grad)]
    },
    'by retainGrad, twice': (step, inputs) => {
      const states = twoSteps(step, inputs)
      for (const [, c] of states) c.retainGrad()
      lossOf(states).backward(null, { retainGraph: true })
      lossOf(states).backward()
      return [...states.map(([, c]) => c.grad), ...inputs.map((each) => each.grad)]
    },
    'as what is asked for, where only the hidden state is used': (step, inputs) => {
      const states = twoSteps(step, inputs)
      const cells = states.map(([, c]) => c)
      return grad([lossOf(states, 0)], [...cells, ...inputs])
    },
    'in gradients of gradients': (step, inputs) => {
      const states = twoSteps(step, inputs)
      const cells = states.map(([, c]) => c)
      const first = grad([lossOf(states)], cells, { createGraph: true })
      return grad(
        first.map((each) => each.pow(2).sum()),
        inputs,
      )
    },
  }

function twoSteps(step: Step, [x, h, c]: readonly Tensor[]): readonly (readonly [h: Tensor, c: Tensor])[] {
  if (!x || !h || !c) throw new Error('expected three inputs')
  const first = step(x, h, c)
  return [first, step(x, ...first)]
}

function lossOf(states: readonly (readonly [h: Tensor, c: Tensor])[], ofCell = 0.5): Tensor {
  const [h, c] = states.at(-1) ?? []
  if (!h || !c) throw new Error('expected states')
  return h.pow(2).sum().add(c.mul(ofCell).sum())
}

describeEngines(() => {
  describe.each([
    ['a batch', [3]],
    ['one sequence', []],
  ] as const)('the gradient of the cell state of %s', (_, batch) => {
    it.each(Object.entries(looks))('is whole, looked at %s', (_name, look) => {
      const run = (isModule: boolean): readonly (Tensor | null)[] => {
        const generator = new Generator().manualSeed(3)
        const options = { generator, dtype: 'float64', requiresGrad: true } as const
        const inputs = [
          randn([...batch, 4], options),
          randn([...batch, 5], options),
          randn([...batch, 5], options),
        ]
        const cell = new LSTMCell(4, 5, { dtype: 'float64' })
        for (const [index, weight] of cell.parameters().entries()) {
          noGrad(() =>
            weight.copy_(
              randn(weight.shape, { generator: new Generator().manualSeed(index), dtype: 'float64' }),
            ),
          )
        }
        const { weight_ih: weightIh, weight_hh: weightHh, bias_ih: biasIh, bias_hh: biasHh } = cell
        const step: Step = (x, h, c) =>
          isModule ? cell.forward(x, [h, c]) : lstmCell(x, [h, c], { weightIh, weightHh, biasIh, biasHh })
        return [...look(step, inputs), ...cell.parameters().map((weight) => weight.grad)]
      }
      const want = run(false)
      for (const [index, got] of run(true).entries()) {
        const [a, b] = [got, want[index] ?? null].map((each) => each && [...each.data].map(Number))
        expect(a === null, `${index}`).toBe(b === null)
        for (const [k, value] of (a ?? []).entries()) expect(value, `${index}`).toBeCloseTo(b?.[k] ?? NaN, 12)
      }
    })
  })
})

/** A device that computes on the host. */
const device: DeviceEngine = {
  kind: 'device',
  name: 'test',
  variant: '',
  pack: reference.pack,
  recurrent: async (weights, call) => reference.recurrent(weights, call),
  matmul: async (operands) => reference.matmul(operands),
  training: {
    recurrent: async (weights, call) => {
      const tape = reference.training.recurrent(weights, call)
      const { output, hn, cn } = tape
      const dispose = (): void => tape.dispose()
      const backward = async (
        ...given: Parameters<typeof tape.backward>
      ): Promise<ReturnType<typeof tape.backward>> => tape.backward(...given)
      return { output, hn, cn, backward, dispose, [Symbol.dispose]: dispose }
    },
  },
}

it('a device gives the gradient of a cell state as the host does', async () => {
  const cell = new LSTMCell(4, 5)
  const x = randn([3, 4], { requiresGrad: true })
  const seen: number[][] = []
  for (const engine of [reference, device]) {
    cell.to(engine)
    cell.zeroGrad()
    x.grad = null
    const [h, c] = await cell.forwardAsync(x)
    c.registerHook((gradient) => gradient.clamp(-0.1, 0.1))
    c.retainGrad()
    await h.pow(2).sum().add(c.mul(0.05).sum()).backwardAsync()
    seen.push([c, x, ...cell.parameters()].flatMap((each) => Array.from(each.grad?.data ?? [], Number)))
  }
  const [want = [], got] = seen
  expect(got).toHaveLength(15 + 12 + 20 * (4 + 5 + 2))
  for (const [k, value] of want.entries()) expect(got?.[k]).toBeCloseTo(value, 6)
})
