/// <reference types="node" />
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { wasm, wasmVariant } from '@unroll/kernels'
import { ones } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { Adam } from '../src/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

function stepOnce(): Adam {
  const weight = ones([10_000])
  weight.grad = ones([10_000])
  const optimizer = new Adam([weight])
  optimizer.step()
  return optimizer
}

describe.skipIf(wasmVariant() === null)('an optimiser that is dropped without dispose', () => {
  it('gives its memory back when it is collected, also where a parameter knows it', async () => {
    stepOnce().dispose()
    const before = wasm.allocatedBytes
    const useAndDrop = (): void => {
      for (let i = 0; i < 10; i++) {
        const optimizer = stepOnce()
        // As a hook on a parameter does, which steps as soon as its gradient is there.
        Object.assign(optimizer.paramGroups[0]?.params[0] ?? {}, { hook: () => optimizer.step() })
      }
    }
    useAndDrop()
    expect(wasm.allocatedBytes - before).toBeGreaterThan(0)
    for (let turn = 0; turn < 50 && wasm.allocatedBytes > before; turn++) {
      collectGarbage()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(wasm.allocatedBytes).toBe(before)
  })

  it('keeps no more memory over 5,000 steps', () => {
    const weight = ones([100])
    const optimizer = new Adam([weight])
    const step = (): void => {
      weight.grad = ones([100])
      optimizer.step()
    }
    step()
    const before = wasm.allocatedBytes
    for (let i = 0; i < 5000; i++) step()
    expect(wasm.allocatedBytes).toBe(before)
    optimizer.dispose()
  })
})
