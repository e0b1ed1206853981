import { expect, it } from 'vitest'
import { createGpu, GpuUnavailableError } from '../src/index.ts'
import { describeBackends } from './backends.ts'

it.each([
  ['webgpu', 'expected options to be a plain object, got string "webgpu"; write { mode: "webgpu" }'],
  [['webgpu'], 'expected options to be a plain object, got array of 1'],
  [new Map([['mode', 'webgpu']]), 'expected options to be a plain object, got Map; its options are mode'],
  [Promise.resolve({}), 'await it first'],
  [{ modes: 'webgpu' }, 'expected options among mode, got modes; did you mean mode?'],
  [{ mode: 'cpu' }, 'expected mode to be auto, webgpu, webgl2, headlessgl, got string "cpu"'],
  [{ mode: 'WebGPU' }, 'expected mode to be auto, webgpu, webgl2, headlessgl, got string "WebGPU"'],
  [{ mode: null }, 'expected mode to be auto, webgpu, webgl2, headlessgl, got null'],
])('refuses %o as options of createGpu', async (options, message) => {
  await expect(Reflect.apply(createGpu, undefined, [options])).rejects.toThrow(message)
})

it.each([null, undefined, {}, { mode: undefined }])('takes %o for no options', async (options) => {
  const gpu: unknown = await Reflect.apply(createGpu, undefined, [options]).catch((error: unknown) => error)
  if (gpu instanceof Error) expect(gpu).toBeInstanceOf(GpuUnavailableError)
  else (gpu as Disposable)[Symbol.dispose]()
})

describeBackends((_, gpu) => {
  it('refuses operands that do not fit, naming what was expected', async () => {
    const one = Float32Array.of(1)
    const product = { a: one, b: one, m: 1, k: 1, n: 1 }
    await expect(gpu.matmul({ ...product, m: 2 })).rejects.toThrow('matmul: a: expected 2 elements, got 1')
    await expect(gpu.matmul({ ...product, bias: new Float32Array(2) })).rejects.toThrow(
      'matmul: bias: expected 1 elements, got 2',
    )
    const { operations } = gpu
    expect(() => operations.array(one, [2, 3])).toThrow('gpu.array: expected 6 elements, got 1')
    expect(() => Reflect.apply(operations.array, operations, [[1], [1]])).toThrow('got array of 1')
    expect(() => operations.table(one, 2, 1)).toThrow('gpu.table: expected 2 elements, got 1')
    expect(() => operations.linearWeights(one, new Float32Array(3), 1, 1)).toThrow(
      'gpu.linearWeights: bias: expected 1 elements, got 3',
    )
    const table = operations.table(new Float32Array(6), 3, 2)
    for (const index of [3, -1, 0.5, Number.NaN]) {
      expect(() => operations.embedding(table, [0, index], [2])).toThrow(
        `gpu.embedding: expected indices from 0 to 2, got ${index} at position 1`,
      )
    }
    expect(() => Reflect.apply(operations.softmax, operations, [one])).toThrow(
      'gpu.softmax: expected an array of this engine, got Float32Array; make one by gpu.operations.array',
    )
    table.dispose()
    expect(() => operations.embedding(table, [0], [1])).toThrow('this matrix was disposed; send it again')
  })
})
