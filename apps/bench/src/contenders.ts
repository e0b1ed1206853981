import { gpuContender } from './browser/gpuContender.ts'
import { engines, type Makers } from './engines.ts'
import { onnxruntimeNode } from './peers/onnxruntimeNode.ts'
import { onnxruntimeWeb } from './peers/onnxruntimeWeb.ts'
import { pytorch } from './peers/pytorch.ts'
import { tfjsWasm } from './peers/tfjsWasm.ts'

/** Those of @unroll/gpu, which take part only when they are named. */
export const gpuEngines: Makers = {
  webgpu: gpuContender('webgpu'),
  webgl2: gpuContender('webgl2'),
}

export const peers: Makers = {
  'onnxruntime-web': onnxruntimeWeb,
  'onnxruntime-node': onnxruntimeNode,
  'tfjs-wasm': tfjsWasm,
  pytorch,
}

/** Everybody there is in Node, the oracle first. */
export const everybody: Makers = { ...engines, ...gpuEngines, ...peers }

/** What installs a contender that is not there. */
export function remedy(name: string): string {
  if (name in gpuEngines) return 'Chromium with an adapter for it; CHROMIUM_PATH tells where it is'
  return name === 'pytorch'
    ? 'a python3 that can import torch, e.g. pip install torch'
    : 'pnpm --filter @unroll/bench bench:peers'
}
