import type { Comparable, Tolerance } from './allclose.ts'

declare module 'vitest' {
  interface Matchers<T = unknown> {
    /** Every element within PyTorch's tolerance (float32's by default); a failure tells index, got, want, max error. */
    toBeAllclose(want: Comparable, tolerance?: Tolerance): T
  }
}
