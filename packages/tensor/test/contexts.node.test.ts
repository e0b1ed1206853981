import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { beforeAll, expect, it } from 'vitest'
import type * as Api from '../src/index.ts'
import { Generator, rand } from '../src/index.ts'

let script = ''

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'api',
    minify: true,
    target: 'es2022',
  })
  script = outputFiles[0]?.text ?? ''
})

/** Runs the package in a context with nothing but JavaScript, like an audio worklet, and the given globals. */
function contextWith(globals: object): typeof Api {
  const context = createContext({ ...globals })
  runInContext(script, context)
  return context['api']
}

it('tensors work without crypto, atob, URL, TextDecoder, performance and console', () => {
  const api = contextWith({})
  expect(api.manualSeed(7)).toBe(api.defaultGenerator())
  const want = rand([20], { generator: new Generator().manualSeed(7) })
  expect(api.rand([20]).toArray()).toEqual(want.toArray())
  const product = api.ones([2, 3]).matmul(api.ones([3, 2]))
  expect(String(product)).toBe('tensor([[3., 3.],\n        [3., 3.]])')
  expect(api.tensor(JSON.parse(JSON.stringify(product))).toArray()).toEqual(product.toArray())
})

it('without crypto every program draws other numbers', () => {
  const seeds = Array.from({ length: 20 }, () => contextWith({}).defaultGenerator().initialSeed())
  expect(new Set(seeds).size).toBe(20)
  expect(seeds.every((seed) => seed >= 0n && seed < 2n ** 64n)).toBe(true)
})

it('no random number is taken before one is drawn, and none at all after manualSeed', () => {
  let taken = 0
  const crypto = {
    getRandomValues: (array: BigUint64Array<ArrayBuffer>) => {
      taken++
      return globalThis.crypto.getRandomValues(array)
    },
  }
  const api = contextWith({ crypto })
  const generator = api.defaultGenerator()
  expect(taken).toBe(0)
  api.rand([2])
  api.randn([2])
  expect(taken).toBe(1)
  const seeded = contextWith({ crypto })
  seeded.manualSeed(1)
  seeded.rand([2])
  seeded.defaultGenerator().getState()
  expect(taken).toBe(1)
  expect(generator.initialSeed()).toBe(generator.initialSeed())
  expect(contextWith({ crypto }).defaultGenerator().getState()).toHaveLength(5056)
  expect(taken).toBe(2)
})

it('minified, classes keep the names that messages and consoles show', () => {
  const api = contextWith({})
  expect(api.Tensor.name).toBe('Tensor')
  expect(() => api.Generator.prototype.manualSeed.call(new api.Generator(), Number.NaN)).toThrow(/manualSeed/)
  expect(() => Reflect.apply(api.manualSeed, null, [api.ones([1])])).toThrow(/got Tensor/)
  expect(() => Reflect.apply(api.cat, null, [api.ones([1])])).toThrow(/got Tensor; write cat\(\[a, b\]\)/)
})

it('a tensor of another copy of the package is told from one of this copy', () => {
  const [one, other] = [contextWith({}), contextWith({})]
  const t = other.ones([2])
  const calls: (() => unknown)[] = [
    () => one.ones([2]).add(t),
    () => one.ones([2]).matmul(t),
    () => one.ones([2]).copy_(t),
    () => one.cat([t, t]),
    () => one.linear(one.ones([2, 2]), t),
    () => one.where(t, 1, 2),
    () => one.allclose(t, t),
    () => one.checkTensor('LSTM.forward', 'input', t),
    () => one.elementsOf(t),
    () => new one.Tensor(t),
    () => one.rand([2], { generator: other.defaultGenerator() }),
  ]
  for (const call of calls) {
    expect(call).toThrow(/another copy of @unroll\/tensor.*npm dedupe/)
  }
})
