import { describeValue, optionsOf } from '@unroll/kernels'
import { ofAnotherCopy } from '../ofAnotherCopy.ts'
import { decodeState, encodeState } from './generatorState.ts'
import { MersenneTwister } from './mersenneTwister.ts'

/**
 * PyTorch's CPU generator: the same seed gives the same draws.
 *
 * @example
 * const generator = new Generator().manualSeed(0)
 * rand([2], { generator })   // tensor([0.4963, 0.7682])
 */
export class Generator {
  /** The name for messages and consoles, since bundlers may rename classes. */
  static readonly name: string = 'Generator'

  private readonly twister = new MersenneTwister(Number(defaultSeed & 0xffffffffn))
  private lastSeed = defaultSeed
  private spareNormal: number | null = null
  /** True if the first draw is to choose a seed. */
  private isUnseeded = false

  /** A generator without a seed. Its first draw chooses one, because some runtimes give no randomness while modules load. */
  static unseeded(): Generator {
    const generator = new Generator()
    generator.isUnseeded = true
    return generator
  }

  /**
   * Starts over from `seed`. Only its low 32 bits matter. Negative seeds count from 2^64.
   * @throws RangeError unless `seed` is a whole number from -2^63 to 2^64 - 1
   */
  manualSeed(seed: number | bigint): this {
    if (typeof seed !== 'bigint' && !Number.isInteger(seed)) {
      const Kind = typeof seed === 'number' ? RangeError : TypeError
      throw new Kind(`manualSeed: expected a whole number or a bigint, got ${describeValue(seed)}`)
    }
    const value = BigInt(seed)
    if (value < -(2n ** 63n) || value >= 2n ** 64n) {
      throw new RangeError(`manualSeed: expected a seed from -2^63 to 2^64 - 1, got ${seed}`)
    }
    this.lastSeed = BigInt.asUintN(64, value)
    this.twister.reseed(Number(BigInt.asUintN(32, value)))
    this.spareNormal = null
    this.isUnseeded = false
    return this
  }

  /** Starts over from an unpredictable seed, and returns it. */
  seed(): bigint {
    const seed = unforeseen()
    this.manualSeed(seed)
    return seed
  }

  /** The seed this generator was last started from, from 0 to 2^64 - 1. */
  initialSeed(): bigint {
    if (this.isUnseeded) this.seed()
    return this.lastSeed
  }

  /** The state of this generator, in the bytes of PyTorch's get_state(). */
  getState(): Uint8Array {
    const { state, left, next } = this.seeded()
    return encodeState({ seed: this.lastSeed, left, next, state, spareNormal: this.spareNormal })
  }

  /**
   * Continues from a state of {@link getState}, or of PyTorch.
   * @throws RuntimeError if `bytes` are not a state
   */
  setState(bytes: Uint8Array): this {
    const { seed, left, next, state, spareNormal } = decodeState(bytes)
    this.twister.restore(state, left, next)
    this.lastSeed = seed
    this.spareNormal = spareNormal
    this.isUnseeded = false
    return this
  }

  /** 32 random bits, as a number from 0 to 2^32 - 1. */
  random(): number {
    return this.seeded().random()
  }

  /** 64 random bits: two draws, the upper half first. */
  random64(): bigint {
    const high = BigInt(this.seeded().random())
    return (high << 32n) | BigInt(this.seeded().random())
  }

  /** Uniform in [0, 1) with 24 bits, a float32. */
  uniform24(): number {
    return (this.seeded().random() & 0xffffff) * 2 ** -24
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform53(): number {
    const high = this.seeded().random() & 0x1fffff
    return (high * 2 ** 32 + this.seeded().random()) * 2 ** -53
  }

  private seeded(): MersenneTwister {
    if (this.isUnseeded) this.seed()
    return this.twister
  }

  /** The sine half of the last Box-Muller pair, which the next single normal draw uses; null if there is none. */
  takeSpareNormal(): number | null {
    const spare = this.spareNormal
    this.spareNormal = null
    return spare
  }

  /** Keeps the sine half of a Box-Muller pair for the next single normal draw. */
  keepSpareNormal(value: number): void {
    this.spareNormal = value
  }
}

let shared: Generator | null = null

/** The generator of draws without one. Before {@link manualSeed} every program starts with a new seed. */
export function defaultGenerator(): Generator {
  shared ??= Generator.unseeded()
  return shared
}

/** Seeds the default generator and returns it. */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator().manualSeed(seed)
}

/** The generator of draws: the default one unless another is given. */
export interface RandomOptions {
  readonly generator?: Generator
}

/** @throws TypeError unless `options` are empty or have a generator */
export function generatorOf(who: string, options: RandomOptions | null | undefined): Generator {
  const { generator } = optionsOf<{ generator: Generator | undefined }>(
    who,
    options,
    { generator: undefined },
    'generator',
  )
  return checkGenerator(who, generator)
}

/** The given generator, or the default one if it is undefined. */
export function checkGenerator(who: string, generator: Generator | undefined): Generator {
  if (generator === undefined) return defaultGenerator()
  if (generator instanceof Generator) return generator
  const isAnother = typeof generator === 'object' && generator !== null && 'manualSeed' in generator
  throw new TypeError(
    `${who}: expected generator to be a Generator, got ${isAnother ? `one ${ofAnotherCopy}` : describeValue(generator)}`,
  )
}

/** 64 unpredictable bits. Without `crypto`, as in an AudioWorklet, they come from the time and Math.random. */
function unforeseen(): bigint {
  if (typeof crypto === 'object') return crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n
  const bits = BigInt(Math.floor(Math.random() * 2 ** 32))
  return BigInt.asUintN(64, (bits << 32n) ^ BigInt(Math.floor(Math.random() * 2 ** 32)) ^ BigInt(Date.now()))
}

/** PyTorch's default_rng_seed_val. */
const defaultSeed = 67280421310721n
