import { requireOnDemand } from './peers/onDemand.ts'

/**
 * Gives Node what browsers have as `navigator.gpu`: Dawn, from the package webgpu in peers/.
 * @returns a function that removes it again, without which Node does not end; null where the package is not installed or
 * does not load
 */
export function provideWebGpu(): (() => void) | null {
  const dawn = load()
  if (dawn === null) return null
  Object.assign(globalThis, dawn.globals)
  Object.defineProperty(navigator, 'gpu', { value: dawn.create([]), configurable: true })
  return () => Reflect.deleteProperty(navigator, 'gpu')
}

interface Dawn {
  /** @param options Dawn's, as in `backend=vulkan` */
  create(options: readonly string[]): object
  /** Constructors that WebGPU makes global. */
  readonly globals: object
}

function load(): Dawn | null {
  try {
    return requireOnDemand('webgpu')
  } catch (error) {
    // This system is older than the one Dawn was built for.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_DLOPEN_FAILED') return null
    throw error
  }
}
