import { createGpu } from '../src/index.ts'

addEventListener('message', async ({ data: { mode, spec, weights, call } }) => {
  try {
    using gpu = await createGpu({ mode })
    const { output } = await gpu.recurrent(gpu.pack(spec, weights), call)
    postMessage({ backend: gpu.backend, output })
  } catch (error) {
    postMessage(String(error))
  }
})
