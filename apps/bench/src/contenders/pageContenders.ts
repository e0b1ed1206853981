import { gpuEngines } from './gpuEngines.ts'
import type { Makers } from './makeContenders.ts'
import { engines } from './ownEngines.ts'

/** Where a page finds the binaries of peers: addresses by file name. */
export interface PeerFiles {
  readonly onnxruntime: { readonly mjs: string; readonly wasm: string }
  readonly tfjs: Readonly<Record<string, string>>
}

/** Everybody who can run in a page; peers are loaded when they are asked for. */
export function pageContenders({ onnxruntime, tfjs }: PeerFiles): Makers {
  return {
    ...engines,
    ...gpuEngines,
    'onnxruntime-web': async (threads) =>
      (await import('./peers/onnxruntimeWeb.ts')).onnxruntimeWeb(threads, onnxruntime),
    'tfjs-wasm': async (threads) => (await import('./peers/tfjsWasm.ts')).tfjsWasm(threads, tfjs),
    'tfjs-webgl': async () => (await import('./peers/tfjsWebgl.ts')).tfjsWebgl(),
    'tfjs-webgpu': async () => (await import('./peers/tfjsWebgpu.ts')).tfjsWebgpu(),
  }
}
