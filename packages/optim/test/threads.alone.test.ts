import { setDefaultEngine, setNumThreads, wasm, wasmVariant } from '@unroll/kernels'
import { type Tensor, tensor } from '@unroll/tensor'
import { seededBits } from '@unroll/testing'
import { expect, it } from 'vitest'
import { Adam } from '../src/index.ts'
import { drawn } from './cases.ts'

it.skipIf(wasmVariant() === null)(
  'goes on with what it kept after the number of threads changed',
  async () => {
    setDefaultEngine(wasm)
    const [one, other] = [tensor([1, 2], { requiresGrad: true }), tensor([1, 2], { requiresGrad: true })]
    const [threaded, plain] = [new Adam([one]), new Adam([other])]
    const steps = (optimizer: Adam, weight: Tensor): void => {
      const bits = seededBits(4)
      for (let step = 0; step < 4; step++) {
        weight.grad = drawn(bits, 'float32', [2])
        optimizer.step()
      }
    }
    for (let round = 0; round < 2; round++) steps(plain, other)
    steps(threaded, one)
    await setNumThreads(2)
    steps(threaded, one)
    await setNumThreads(1)
    expect(one.data).toEqual(other.data)
    expect(threaded.stateDict()).toEqual(plain.stateDict())
    setDefaultEngine(null)
  },
)
