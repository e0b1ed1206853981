import type { NumberArray } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { isContiguous, numbersOf, numelOf, type Strided } from '../strided/strided.ts'
import { checkRandomFloats, fill } from './fill.ts'
import { log32, sinCos32 } from './float32Math.ts'
import { fma32, fma64 } from './fma.ts'
import type { Generator } from './generator.ts'

/**
 * Fills `t` with draws from the normal distribution. As in PyTorch, 16 or more contiguous elements are drawn in blocks, others one
 * by one.
 * @throws RuntimeError if `std` is negative
 */
export function fillNormal(t: Strided, mean: number, std: number, generator: Generator): void {
  checkRandomFloats('normal_', t)
  if (!(std >= 0)) throw new RuntimeError(`normal_: expected a std of 0 or more, got ${std}`)
  const numel = numelOf(t.shape)
  if (numel < blockSize || !isContiguous(t)) {
    fill(t, () => fma64(drawNormal(generator), std, mean))
    return
  }
  const { draw, transform } = t.dtype === 'float32' ? blocks32 : blocks64
  const all = numbersOf(t).subarray(t.offset, t.offset + numel)
  const uniforms = (part: NumberArray): void => {
    for (let i = 0; i < part.length; i++) part[i] = draw(generator)
  }
  uniforms(all)
  for (let i = 0; i + blockSize <= numel; i += blockSize) transform(all.subarray(i, i + blockSize), mean, std)
  if (numel % blockSize !== 0) {
    // The last 16 are drawn anew, even those that were drawn already.
    const last = all.subarray(-blockSize)
    uniforms(last)
    transform(last, mean, std)
  }
  t.storage.version++
}

/** One draw. It comes from a pair, whose other half is kept for the next draw. Always in double precision. */
function drawNormal(generator: Generator): number {
  const spare = generator.takeSpareNormal()
  if (spare !== null) return spare
  const angle = 2 * Math.PI * generator.uniform53()
  const radius = Math.sqrt(-2 * Math.log1p(-generator.uniform53()))
  generator.keepSpareNormal(radius * Math.sin(angle))
  return radius * Math.cos(angle)
}

const blockSize = 16
const half = blockSize / 2

/** Box-Muller on a block of uniforms: the first half gives the radii, the second the angles. */
interface Blocks {
  draw(generator: Generator): number
  transform(block: NumberArray, mean: number, std: number): void
}

const blocks32: Blocks = {
  draw: (generator) => generator.uniform24(),
  transform: (block, mean, std) => {
    const [m, s] = [Math.fround(mean), Math.fround(std)]
    for (let j = 0; j < half; j++) {
      const radius = Math.fround(Math.sqrt(-2 * log32(1 - (block[j] ?? 0))))
      const [sine, cosine] = sinCos32(Math.fround(twoPi32 * (block[j + half] ?? 0)))
      block[j] = fma32(Math.fround(radius * cosine), s, m)
      block[j + half] = fma32(Math.fround(radius * sine), s, m)
    }
  },
}

const blocks64: Blocks = {
  draw: (generator) => generator.uniform53(),
  transform: (block, mean, std) => {
    for (let j = 0; j < half; j++) {
      const radius = Math.sqrt(-2 * Math.log(1 - (block[j] ?? 0)))
      const angle = 2 * Math.PI * (block[j + half] ?? 0)
      block[j] = fma64(radius * Math.cos(angle), std, mean)
      block[j + half] = fma64(radius * Math.sin(angle), std, mean)
    }
  },
}

const twoPi32 = Math.fround(2 * Math.PI)
