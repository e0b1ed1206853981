import fixtures from '@unroll/oracle/fixtures/tensor_random.json'
import { describe, expect, it } from 'vitest'
import * as u from '../src/index.ts'
import { Generator, manualSeed, type Tensor } from '../src/index.ts'
import { decode, isDType, isEncoded, toTensor } from './fixtures.ts'

interface Draw {
  readonly call: string
  readonly args: readonly unknown[]
  readonly result?: unknown
  /** In place of a result: CRC-32 of its bytes. */
  readonly crc?: number
}

interface Seeded {
  readonly name: string
  readonly seed?: string
  readonly initialSeed?: string
  /** Single normal draws made before the state was taken. */
  readonly before?: number
  readonly state?: unknown
  readonly draws: readonly Draw[]
}

const cases: readonly Seeded[] = fixtures.cases

describe('the same seed gives the same draws as PyTorch', () => {
  it.each(cases.filter(({ state }) => state === undefined))('$name', ({ seed, initialSeed, draws }) => {
    const generator = new Generator()
    if (seed !== undefined) generator.manualSeed(BigInt(seed))
    if (initialSeed !== undefined) expect(generator.initialSeed()).toBe(BigInt(initialSeed))
    for (const draw of draws) check(draw, generator)
  })
})

describe("a generator's state is PyTorch's, byte for byte", () => {
  it.each(cases.filter(({ state }) => state !== undefined))(
    '$name',
    ({ seed = '', before = 0, state, draws }) => {
      if (!isEncoded(state)) throw new TypeError('fixture: no state')
      const bytes = Uint8Array.from(toTensor(state).data, Number)
      const generator = new Generator().manualSeed(BigInt(seed))
      u.randn([before], { generator })
      expect(generator.getState()).toEqual(bytes)
      const other = new Generator().setState(bytes)
      expect(other.initialSeed()).toBe(BigInt(seed))
      for (const { result } of draws) {
        if (!isEncoded(result)) throw new TypeError('fixture: no result')
        const rows = Array.from({ length: 100 }, () => u.randn([7], { generator: other }))
        expect(u.cat(rows).toArray()).toEqual(toTensor(result).toArray())
      }
    },
  )
})

it('the default generator is seeded by manualSeed and used where none is named', () => {
  expect(manualSeed(11)).toBe(u.defaultGenerator())
  const first = u.randn([5])
  manualSeed(11)
  expect(u.randn([5]).toArray()).toEqual(first.toArray())
  expect(u.randn([5], { generator: new Generator().manualSeed(11) }).toArray()).toEqual(first.toArray())
})

it('seed() starts over from another seed and tells it', () => {
  const generator = new Generator()
  const seed = generator.seed()
  expect(generator.initialSeed()).toBe(seed)
  expect(generator.seed()).not.toBe(seed)
})

it.each<[string, () => unknown, ErrorConstructor | typeof u.RuntimeError, RegExp]>([
  ['a fractional seed', () => manualSeed(1.5), RangeError, /whole number.*1\.5/],
  ['a seed of 65 bits', () => manualSeed(2n ** 64n), RangeError, /2\^64/],
  [
    'a state of another length',
    () => new Generator().setState(new Uint8Array(10)),
    u.RuntimeError,
    /5056.*10/,
  ],
  ['a state of zeros', () => new Generator().setState(new Uint8Array(5056)), u.RuntimeError, /mt19937/],
  [
    'a range that ends before it starts',
    () => u.empty([2]).uniform_(2, 1),
    u.RuntimeError,
    /from 2 and to 1/,
  ],
  ['a negative deviation', () => u.empty([2]).normal_(0, -1), u.RuntimeError, /-1/],
  ['uniform integers', () => u.empty([2], { dtype: 'int64' }).uniform_(), u.RuntimeError, /int64/],
  ['an empty range of integers', () => u.randint(3, 3, [2]), u.RuntimeError, /low 3 and high 3/],
  [
    'integers a dtype does not hold',
    () => u.randint(0, 300, [2], { dtype: 'uint8' }),
    u.RuntimeError,
    /299.*uint8/,
  ],
  ['a permutation of -1', () => u.randperm(-1), u.RuntimeError, /-1/],
  ['a probability of 1.5', () => u.bernoulli(u.tensor([0.5, 1.5])), u.RuntimeError, /1\.5/],
  ['integer probabilities', () => u.bernoulli(u.tensor([1n])), u.RuntimeError, /int64/],
  ['a negative weight', () => u.multinomial(u.tensor([0.1, -0.2]), 1), u.RuntimeError, /finite/],
  ['weights of 0 only', () => u.multinomial(u.tensor([0, 0]), 1), u.RuntimeError, /above 0/],
  ['more draws than categories', () => u.multinomial(u.tensor([1, 0]), 3), u.RuntimeError, /at most 2.*3/],
  ['no draws', () => u.multinomial(u.tensor([1, 0]), 0), u.RuntimeError, /got 0/],
])('%s is refused', (_, call, error, message) => {
  expect(call).toThrow(error)
  expect(call).toThrow(message)
})

function check({ call, args, result, crc }: Draw, generator: Generator): void {
  const got = draw(call, args, generator)
  const what = `${call}(${JSON.stringify(args)})`
  if (crc !== undefined) {
    expect(crc32(got), what).toBe(crc)
    return
  }
  const want = decode(result)
  if (!(want instanceof u.Tensor)) throw new TypeError('fixture: no result')
  expect(`${got.dtype} (${got.shape})`, what).toBe(`${want.dtype} (${want.shape})`)
  // JavaScript's log, sin and cos of doubles differ from those of PyTorch.
  const isInexact = want.dtype === 'float64' && (call === 'randn' || call === 'normal_')
  if (isInexact) expect(got, what).toBeAllclose(want, { rtol: 4 * Number.EPSILON, atol: 0 })
  else expect(got.toArray(), what).toEqual(want.toArray())
}

function draw(call: string, args: readonly unknown[], generator: Generator): Tensor {
  const [first, second, third, fourth] = args
  const number = (value: unknown): number => Number(value)
  const shape = Array.isArray(first) ? first.map(Number) : []
  const dtype = typeof second === 'string' && isDType(second) ? second : 'float32'
  switch (call) {
    case 'rand':
      return u.rand(shape, { dtype, generator })
    case 'randn':
      return u.randn(shape, { dtype, generator })
    case 'randnTransposed':
      return u.empty(shape.toReversed(), { dtype }).t().normal_(0, 1, { generator })
    case 'uniform_':
      return u.empty(shape, { dtype }).uniform_(number(third), number(fourth), { generator })
    case 'normal_':
      return u.empty(shape, { dtype }).normal_(number(third), number(fourth), { generator })
    case 'randint':
    case 'randintUint8': {
      const sizes = Array.isArray(third) ? third.map(Number) : []
      const options = { dtype: call === 'randint' ? 'int64' : 'uint8', generator } as const
      return u.randint(number(first), number(second), sizes, options)
    }
    case 'randperm':
      return u.randperm(number(first), { generator })
    case 'bernoulli_':
      return u.empty(shape).bernoulli_(number(second), { generator })
    case 'bernoulli':
      return u.bernoulli(u.tensor(numbers(first), { dtype }), { generator })
    case 'multinomial':
      return u.multinomial(u.tensor(numbers(first)), number(second), {
        replacement: third === true,
        generator,
      })
    case 'multinomialOfDraws':
      return u.multinomial(u.rand([number(first)], { generator }), number(second), {
        replacement: third === true,
        generator,
      })
    default:
      throw new TypeError(`fixture: no draw called ${call}`)
  }
}

/** A number, or numbers in nested arrays. */
function numbers(value: unknown): u.NestedArray {
  return Array.isArray(value) ? value.map(numbers) : Number(value)
}

/** CRC-32 (zlib's) of the elements' bytes. */
function crc32({ data }: Tensor): number {
  let crc = -1
  for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
