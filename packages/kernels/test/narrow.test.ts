import { expect, it, vi } from 'vitest'
import { prefersNarrowKernels } from '../src/wasm/support.ts'

it.each([
  ['x64', '12.4.254.21-node.57', true],
  ['x64', '13.0.245.12-rusty', true],
  ['x64', '13.1.1', false],
  ['x64', '13.6.233.17-node.53', false],
  ['x64', '9.9.9', true],
  ['x64', '14.6.202.34-node.34', false],
  // With 32 registers, a loop's sums and the values that it loads all fit.
  ['arm64', '12.4.254.21-node.57', false],
  // Not V8.
  ['x64', undefined, false],
])('on %s with V8 %s prefers narrow kernels: %s', (arch, v8, expected) => {
  vi.stubGlobal('process', { arch, versions: { v8 } })
  try {
    expect(prefersNarrowKernels()).toBe(expected)
  } finally {
    vi.unstubAllGlobals()
  }
})

it('prefers the others where nothing is known of the compiler, as in a browser', () => {
  vi.stubGlobal('process', undefined)
  try {
    expect(prefersNarrowKernels()).toBe(false)
  } finally {
    vi.unstubAllGlobals()
  }
})
