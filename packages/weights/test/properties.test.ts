import { type DType, type Tensor, tensor } from '@unroll/tensor'
import { seededBits } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { inspect, load, loadWeights, open, type SavedValue, savePt, saveSafetensors } from '../src/index.ts'
import { Encoder } from './support/encode.ts'

// Random objects; seeds are fixed: a failure repeats.

const dtypes: readonly DType[] = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
]
const names = ['weight', 'ключ', '__proto__', 'a.b', '', 'constructor', '🎶', 'x'.repeat(300)]

/** A dense tensor of any dtype and small shape, with random bits; or a view of one that was made before. */
function randomTensor(random: () => number, made: Tensor[]): Tensor {
  const known = made[random() % (made.length + 2)]
  if (known !== undefined) return viewOf(known, random)
  const dtype = dtypes[random() % dtypes.length] ?? 'float32'
  const shape = Array.from({ length: random() % 4 }, () => random() % 4)
  const numel = shape.reduce((product, size) => product * size, 1)
  const bits = Uint8Array.from({ length: 8 * numel }, () =>
    dtype === 'bool' ? random() & 1 : random() & 0xff,
  )
  // Only quiet NaNs: a copy through numbers makes signalling ones quiet.
  const fresh = tensor(
    Float64Array.from({ length: numel }, (_, i) => (bits[i] ?? 0) - 99),
    { shape },
  ).to(dtype)
  made.push(fresh)
  return fresh
}

function viewOf(base: Tensor, random: () => number): Tensor {
  if (base.ndim === 0) return base
  const dim = random() % base.ndim
  const size = base.size(dim)
  switch (random() % 3) {
    case 0:
      return base.transpose(dim, 0)
    case 1:
      return base.slice(dim, random() % (size + 1), size)
    default:
      return base.unsqueeze(0).expand([2, ...base.shape])
  }
}

function randomValue(random: () => number, made: Tensor[], depth: number): SavedValue {
  const length = random() % 4
  switch (random() % (depth > 3 ? 8 : 11)) {
    case 0:
      return null
    case 1:
      return random() % 2 === 0
    case 2:
      return (random() - 2 ** 31) * 2 ** (random() % 40)
    case 3:
      return BigInt(random()) ** BigInt(1 + (random() % 40)) * 2n ** 60n * (random() % 2 === 0 ? 1n : -1n)
    case 4:
      return names[random() % names.length] ?? ''
    case 5:
      return Uint8Array.from({ length }, () => random() & 0xff)
    case 6:
      return [Number.NaN, Number.NEGATIVE_INFINITY, -0, 5e-324, 0.1][random() % 5] ?? 0
    case 7:
      return randomTensor(random, made)
    case 8:
      return Array.from({ length }, () => randomValue(random, made, depth + 1))
    case 9:
      return new Set(Array.from({ length }, () => random() % 100))
    default:
      return new Map(
        Array.from({ length }, () => [
          names[random() % names.length] ?? '',
          randomValue(random, made, depth + 1),
        ]),
      )
  }
}

function randomWeights(random: () => number): Map<string, Tensor> {
  const made: Tensor[] = []
  return new Map(
    Array.from({ length: random() % 8 }, (_, i) => [`${names[i]}${i}`, randomTensor(random, made)]),
  )
}

describe('round trips', () => {
  it('of 300 random objects through savePt give equal objects, with equal sharing', async () => {
    const random = seededBits(41)
    for (let i = 0; i < 300; i++) {
      const value = randomValue(random, [], 0)
      const bytes = savePt(value)
      const again = await load(bytes)
      expect(new Encoder().value(again)).toEqual(new Encoder().value(value))
      expect(savePt(again)).toEqual(bytes)
    }
  })

  it('of 200 random state dicts through either format give equal tensors, by either reader', async () => {
    const random = seededBits(42)
    for (let i = 0; i < 200; i++) {
      const weights = randomWeights(random)
      for (const bytes of [savePt(weights), saveSafetensors(weights)]) {
        const again = await loadWeights(bytes)
        const lazy = await open(bytes)
        const { tensors, refusals } = await inspect(bytes)
        expect(refusals).toEqual({ load: null, loadWeights: null })
        expect([...again.keys()].sort()).toEqual([...weights.keys()].sort())
        for (const [name, want] of weights) {
          expect(again.get(name)?.toArray()).toEqual(want.toArray())
          expect((await lazy.get(name)).toArray()).toEqual(want.toArray())
          expect(tensors.get(name)).toMatchObject({ dtype: want.dtype, shape: want.shape })
        }
        await lazy.close()
      }
    }
  })
})
