import { expect } from 'vitest'
import type { GpuEngine } from '../src/index.ts'
import { Calls } from './calls.ts'

/**
 * Runs `call`, of a shape that ran before, and expects of it one transfer back and nothing compiled, created or sent; what
 * the backend counts must be what the browser was asked for.
 */
export async function expectQuietRun<T>(gpu: GpuEngine, call: () => Promise<T>): Promise<T> {
  const before = { ...gpu.counters }
  using calls = new Calls([
    'GPUQueue.submit',
    'GPUBuffer.mapAsync',
    'GPUComputePassEncoder.dispatchWorkgroups',
    'GPUDevice.createBuffer',
    'GPUDevice.createShaderModule',
    'WebGL2RenderingContext.drawArrays',
    'WebGL2RenderingContext.readPixels',
    'WebGL2RenderingContext.compileShader',
  ])
  const got = await call()
  const after = gpu.counters
  expect(after.readbacks - before.readbacks).toBe(1)
  expect(after.compiles - before.compiles).toBe(0)
  expect(after.weightBytes - before.weightBytes).toBe(0)
  const launches = after.launches - before.launches
  const seen = (method: string): number => calls.of(method)
  if (gpu.backend === 'webgpu') {
    expect(['GPUQueue.submit', 'GPUBuffer.mapAsync'].map(seen)).toEqual([1, 1])
    expect(['GPUDevice.createBuffer', 'GPUDevice.createShaderModule'].map(seen)).toEqual([0, 0])
    expect(seen('GPUComputePassEncoder.dispatchWorkgroups')).toBe(launches)
  } else if (gpu.backend === 'webgl2') {
    expect(seen('WebGL2RenderingContext.readPixels')).toBe(1)
    expect(seen('WebGL2RenderingContext.compileShader')).toBe(0)
    expect(seen('WebGL2RenderingContext.drawArrays')).toBe(launches)
  }
  return got
}
