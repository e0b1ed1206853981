import { expect, it } from 'vitest'

// The tester is registered by setup.ts: typed arrays are equal where Vitest's own walk says so.
it.each([
  [Float32Array.of(1, Number.NaN, -0), Float32Array.of(1, Number.NaN, -0), true],
  [Float32Array.of(0), Float32Array.of(-0), false],
  [Float32Array.of(1, 2), Float32Array.of(1, 3), false],
  [Float32Array.of(1), Float32Array.of(1, 2), false],
  [Float32Array.of(1), Float64Array.of(1), false],
  [Float32Array.of(1), [1], false],
  [BigInt64Array.of(2n), BigInt64Array.of(2n), true],
  [{ output: [Int32Array.of(1)] }, { output: [Int32Array.of(1)] }, true],
  [{ output: [Int32Array.of(1)] }, { output: [Int32Array.of(2)] }, false],
  [new DataView(new ArrayBuffer(1)), new DataView(new ArrayBuffer(1)), true],
])('%o equals %o: %s', (got, want, equal) => {
  if (equal) expect(got).toEqual(want)
  else expect(got).not.toEqual(want)
})
