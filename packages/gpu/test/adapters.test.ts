import { describe, expect, it } from 'vitest'
import { type BackendName, createGpu } from '../src/index.ts'

// The other suites skip a backend that does not start. Where the runtime itself has an adapter, that must not happen.
const present: readonly { readonly mode: BackendName; readonly has: () => Promise<boolean> }[] = [
  {
    mode: 'webgpu',
    has: async () => 'gpu' in navigator && (await navigator.gpu.requestAdapter()) !== null,
  },
  {
    mode: 'webgl2',
    has: async () => !!new OffscreenCanvas(1, 1).getContext('webgl2')?.getExtension('EXT_color_buffer_float'),
  },
]

describe.skipIf(typeof document === 'undefined')('adapters (skipped outside a browser)', () => {
  it.each(present)('starts $mode where the browser has it', async ({ mode, has }) => {
    if (!(await has())) await expect(createGpu({ mode })).rejects.toThrow(mode)
    else {
      using gpu = await createGpu({ mode })
      expect(gpu.backend).toBe(mode)
    }
  })
})
