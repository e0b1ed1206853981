import { gpuNames } from './contenderNames.ts'
import { provideWebGpu } from './dawn.ts'
import { gpuContender } from './gpuEngines.ts'
import type { Makers } from './makeContenders.ts'
import { engines } from './ownEngines.ts'
import { brainjs } from './peers/brainjs.ts'
import { onnxruntimeNode } from './peers/onnxruntimeNode.ts'
import { onnxruntimeWeb } from './peers/onnxruntimeWeb.ts'
import { pytorch } from './peers/pytorch.ts'
import { tfjsWasm } from './peers/tfjsWasm.ts'

/** Node gets WebGPU from Dawn. It has no WebGL 2. */
const gpuEnginesHere: Makers = {
  webgpu: async () => {
    const takeAway = provideWebGpu()
    if (takeAway === null) return null
    const contender = await gpuContender('webgpu')
    if (contender === null) takeAway()
    return (
      contender && {
        ...contender,
        close: async () => {
          await contender.close?.()
          takeAway()
        },
      }
    )
  },
  webgl2: () => null,
}

export const peers: Makers = {
  'onnxruntime-web': (threads) => onnxruntimeWeb(threads),
  'onnxruntime-node': onnxruntimeNode,
  'tfjs-wasm': (threads) => tfjsWasm(threads),
  brainjs,
  pytorch,
}

/** All contenders that run in Node, the oracle first. */
export const nodeContenders: Makers = { ...engines, ...gpuEnginesHere, ...peers }

/** How to install a contender that is missing. */
export function remedy(name: string): string {
  if (gpuNames.includes(name)) {
    return 'an adapter of a GPU, with --browser chromium; in Node webgpu only, from pnpm --filter @unroll/bench bench:peers'
  }
  return name === 'pytorch'
    ? 'a python3 that can import torch, e.g. pip install torch'
    : 'pnpm --filter @unroll/bench bench:peers'
}
