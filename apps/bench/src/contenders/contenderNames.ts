/** The engine all others are compared with. */
export const own = 'wasm'

/** The engine {@link own} on one thread. It takes part where the others have several. */
export const ownOnOneThread = 'wasm-one'

/** Our engines on a GPU. */
export const gpuNames: readonly string[] = ['webgpu', 'webgl2']

/** All our engines, the oracle first. */
export const engineNames: readonly string[] = [
  'reference',
  own,
  ownOnOneThread,
  'wasm-simd',
  'wasm-f64',
  ...gpuNames,
]

/** Peers that run in a page; those on a GPU take part only where they are named. */
export const pagePeers: readonly string[] = ['onnxruntime-web', 'tfjs-wasm']
export const pagePeersOnGpu: readonly string[] = ['tfjs-webgl', 'tfjs-webgpu']

/** Peers that learn; brain.js does nothing else here. */
const trainingPeers: readonly string[] = ['tfjs-wasm', 'brainjs', 'pytorch']

/** All who learn. */
export const learners: readonly string[] = ['reference', own, ownOnOneThread, 'wasm-simd', ...trainingPeers]

/** Everybody, in the order in which they take part and are shown. */
const contenderNames: readonly string[] = [
  ...engineNames,
  'onnxruntime-web',
  'onnxruntime-node',
  'tfjs-wasm',
  ...pagePeersOnGpu,
  'brainjs',
  'pytorch',
]

/** Each name once, in the order above. Unknown names come last. */
export function inOrder(names: Iterable<string>): string[] {
  return [...new Set(names)].sort((a, b) => orderOf(a) - orderOf(b))
}

/** The place in the order above, from 0. */
export function orderOf(name: string): number {
  const found = contenderNames.indexOf(name)
  return found < 0 ? contenderNames.length : found
}
