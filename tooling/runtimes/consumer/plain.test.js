// Run by `node --test`, as users test their code.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { Worker } from 'node:worker_threads'
import { LSTM } from '@unroll/sequence'
import { manualSeed, ones, Tensor, tensor } from '@unroll/tensor'

function seeded() {
  manualSeed(0)
  return new LSTM(3, 4, { numLayers: 2 })
}

test('equal tensors are equal, others are not', () => {
  assert.deepEqual(tensor([1, 2]), tensor([1, 2]))
  assert.notDeepEqual(tensor([1, 2]), tensor([1, 3]))
  assert.notDeepEqual(tensor([1, 2]), tensor([[1, 2]]))
  assert.notDeepEqual(tensor([1, 2]), tensor([1, 2], { dtype: 'float64' }))
  assert.deepEqual(
    tensor([
      [1, 3],
      [2, 4],
    ]).t(),
    tensor([
      [1, 2],
      [3, 4],
    ]),
  )
  assert.deepEqual(seeded().stateDict(), seeded().stateDict())
})

test('clones and JSON keep what a tensor holds', () => {
  const t = tensor(
    [
      [1.5, -2],
      [3, 4],
    ],
    { dtype: 'float64' },
  )
  assert.deepEqual(tensor(structuredClone(t)), t)
  assert.deepEqual(tensor(JSON.parse(JSON.stringify(t))), t)
})

test('a state dict posted to a worker is loaded there', async () => {
  const model = seeded()
  const worker = new Worker(new URL('./clone.js', import.meta.url), { workerData: model.stateDict() })
  const got = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  assert.deepEqual(got, [...model.forward(ones([5, 3]))[0].data])
})

test('proxies compute as what is behind them', () => {
  const model = seeded()
  const [want] = model.forward(ones([5, 3]))
  const deep = (target) =>
    new Proxy(target, {
      get(object, key, receiver) {
        const value = Reflect.get(object, key, receiver)
        return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) ? deep(value) : value
      },
    })
  assert.deepEqual([...deep(model).forward(ones([5, 3]))[0].data], [...want.data])
  assert.equal(
    deep(tensor([1, 2]))
      .add(1)
      .sum()
      .item(),
    5,
  )
})

test('consoles show tensors and modules as PyTorch does', () => {
  assert.equal(inspect(tensor([1, 2])), 'tensor([1., 2.])')
  assert.equal(inspect(seeded()), 'LSTM(3, 4, num_layers=2)')
  assert.equal(String(tensor([1, 2])), 'tensor([1., 2.])')
})

test('tensors of another copy of the package are refused by name', async () => {
  const other = await import('./another-copy/index.js')
  assert.notEqual(other.Tensor, Tensor)
  assert.throws(() => tensor([1, 2]).add(other.tensor([1, 2])), /a Tensor of another copy of @unroll\/tensor/)
})
