import { RuntimeError } from '../errors.ts'
import type { Strided } from '../strided/strided.ts'
import { checkRandomFloats, fill } from './fill.ts'
import { fma32, fma64 } from './fma.ts'
import type { Generator } from './generator.ts'

/**
 * Fills `t` with draws from the uniform distribution on [from, to): 24 random bits each in float32, 53 in float64,
 * in logical order.
 * @throws RuntimeError unless `from <= to`
 */
export function fillUniform(t: Strided, from: number, to: number, generator: Generator): void {
  checkRandomFloats('uniform_', t)
  if (!(from <= to)) throw new RuntimeError(`uniform_: expected from <= to, got from ${from} and to ${to}`)
  if (t.dtype === 'float32') {
    const [start, end] = [Math.fround(from), Math.fround(to)]
    const width = Math.fround(end - start)
    fill(t, () => fma32(generator.uniform24(), width, start))
  } else {
    const width = to - from
    fill(t, () => fma64(generator.uniform53(), width, from))
  }
}
