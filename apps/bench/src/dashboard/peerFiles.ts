import tfjsPlain from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm?url'
import tfjsSimd from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url'
import tfjsThreaded from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm?url'
import onnxruntimeMjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url&no-inline'
import onnxruntimeWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url'
import type { PeerFiles } from '../contenders/pageContenders.ts'

/** A worker has another base address than the page, so addresses are absolute. */
const whole = (address: string): string => new URL(address, document.baseURI).href

/** Where the page keeps the binaries of peers. */
export const peerFiles: PeerFiles = {
  onnxruntime: { mjs: whole(onnxruntimeMjs), wasm: whole(onnxruntimeWasm) },
  tfjs: {
    'tfjs-backend-wasm.wasm': whole(tfjsPlain),
    'tfjs-backend-wasm-simd.wasm': whole(tfjsSimd),
    'tfjs-backend-wasm-threaded-simd.wasm': whole(tfjsThreaded),
  },
}
