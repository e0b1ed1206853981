/// <reference types="node" />
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { Generator, noGrad, ones, randn, type Tensor, zeros } from '../src/index.ts'
import { record } from '../src/layers/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const MiB = 2 ** 20

/** How many bytes of heap and array buffers the process grows by over `count` runs, after a warm-up. */
function growth(count: number, act: () => void): number {
  const measure = (): number => {
    // Twice: the memory of array buffers is freed after the collection that finds them.
    collectGarbage()
    collectGarbage()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  for (let k = 0; k < count / 4; k++) act()
  const before = measure()
  for (let k = 0; k < count; k++) act()
  return measure() - before
}

const generator = new Generator().manualSeed(1)
const draw = (...shape: number[]): Tensor => randn(shape, { generator, requiresGrad: true })

it('5,000 steps of training leave nothing behind', () => {
  const [w, b, v] = [draw(8, 16), draw(16), draw(16)]
  const [x, y] = [randn([32, 8], { generator }), randn([32], { generator })]
  let first = 0
  let last = 0
  const grown = growth(5000, () => {
    const h = x.matmul(w).add(b).tanh()
    h.registerHook((g) => g.mul(1))
    const loss = h.matmul(v).sub(y).pow(2).mean()
    loss.backward()
    for (const parameter of [w, b, v]) {
      const { grad } = parameter
      if (grad) noGrad(() => parameter.sub_(grad.mul(0.01)))
      parameter.grad = null
    }
    last = loss.item()
    first ||= last
  })
  expect(last).toBeLessThan(first / 2)
  // If each step kept its result of the hidden layer alone, 2 kB, they would need 10 MiB.
  expect(grown).toBeLessThan(MiB)
})

it('10,000 recorded forwards that nobody goes back through leave nothing behind', () => {
  const [w, x] = [draw(16, 16), randn([8, 16], { generator })]
  const grown = growth(10_000, () => {
    const h = x.matmul(w).softmax(1)
    h.at(0).mul_(2)
    h.chunk(2, 1)[0]?.sum()
  })
  // The results of a forward alone are 1 kB.
  expect(grown).toBeLessThan(MiB)
})

it('10,000 steps with a detached state and a retained graph each leave nothing behind', () => {
  const w = draw(8, 8)
  let state = zeros([1, 8])
  const grown = growth(10_000, () => {
    const next = state.matmul(w).tanh()
    next.sum().backward(null, { retainGraph: true })
    state = next.detach()
    w.grad?.zero_()
  })
  expect(grown).toBeLessThan(MiB)
})

it('a loop over one weight adds its gradients up on the way back, and holds none of them', () => {
  const [first, weight] = [draw(1), draw(16_384)]
  const held = (): number => {
    collectGarbage()
    collectGarbage()
    return process.memoryUsage().arrayBuffers
  }
  let x = first
  for (let k = 0; k < 200; k++) {
    const y = noGrad(() => x.clone())
    record('LoopBackward', [x, weight], [y], () => () => [ones([1]), ones([16_384])], { givesOwn: true })
    x = y
  }
  const before = held()
  let after = 0
  first.registerHook(() => {
    after = held()
  })
  x.sum().backward()
  // All of them have 12.5 MiB.
  expect(after - before).toBeLessThan(3 * MiB)
  expect(weight.grad?.min().item()).toBe(200)
  expect(weight.grad?.max().item()).toBe(200)
})
