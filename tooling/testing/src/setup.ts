import { expect } from 'vitest'
import { allclose, type Comparable, type Tolerance } from './allclose.ts'

expect.extend({
  toBeAllclose(got: Comparable, want: Comparable, tolerance?: Tolerance) {
    const { pass, message } = allclose(got, want, tolerance)
    return { pass, message: () => message }
  },
})

declare module 'vitest' {
  interface Matchers<T = unknown> {
    /** Every element within PyTorch's tolerance (float32's by default); a failure tells index, got, want, max error. */
    toBeAllclose(want: Comparable, tolerance?: Tolerance): T
  }
}
