/** The engine all others are compared with. */
export const own = 'wasm'

/** The engine {@link own} on one thread, which takes part where that has several. */
export const ownOnOneThread = 'wasm-one'

/** Ours that compute on a GPU. */
export const gpuNames: readonly string[] = ['webgpu', 'webgl2']

/** Everybody, in the order in which they take part and are shown: the oracle first. */
const contenderNames: readonly string[] = [
  'reference',
  own,
  ownOnOneThread,
  'wasm-simd',
  'wasm-f64',
  ...gpuNames,
  'onnxruntime-web',
  'onnxruntime-node',
  'tfjs-wasm',
  'tfjs-webgl',
  'tfjs-webgpu',
  'pytorch',
]

/** Names once each, in the order of all; those that are not known come last. */
export function inOrder(names: Iterable<string>): string[] {
  return [...new Set(names)].sort((a, b) => orderOf(a) - orderOf(b))
}

/** The place among all, from 0. */
export function orderOf(name: string): number {
  const found = contenderNames.indexOf(name)
  return found < 0 ? contenderNames.length : found
}
