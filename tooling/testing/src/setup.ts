import { expect } from 'vitest'
import { allclose, type Comparable, type Tolerance } from './allclose.ts'
import { sameTypedArrays } from './sameTypedArrays.ts'

expect.addEqualityTesters([sameTypedArrays])

// Typed in matchers.d.ts.
expect.extend({
  toBeAllclose(got: Comparable, want: Comparable, tolerance?: Tolerance) {
    const { pass, message } = allclose(got, want, tolerance)
    return { pass, message: () => message }
  },
})
