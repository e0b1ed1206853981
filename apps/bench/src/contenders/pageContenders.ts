import { gpuEngines } from './gpuEngines.ts'
import type { Makers } from './makeContenders.ts'
import { engines } from './ownEngines.ts'

/** The addresses of peers' binaries in a page, by file name. */
export interface PeerFiles {
  readonly onnxruntime: { readonly mjs: string; readonly wasm: string }
  readonly tfjs: Readonly<Record<string, string>>
}

/** All contenders that run in a page. Peers are loaded when they are asked for. */
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
