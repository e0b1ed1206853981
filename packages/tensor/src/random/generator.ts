import { decodeState, encodeState } from './generatorState.ts'
import { MersenneTwister } from './mersenneTwister.ts'

/**
 * PyTorch's CPU generator: the same seed gives the same draws.
 * @example
 * const generator = new Generator().manualSeed(0)
 * rand([2], { generator })  // tensor([0.4963, 0.7682])
 */
export class Generator {
  readonly #twister = new MersenneTwister(Number(defaultSeed & 0xffffffffn))
  #seed = defaultSeed
  #spareNormal: number | null = null

  /**
   * Starts over from `seed`, of which only the low 32 bits have a say. Negative seeds count from 2^64.
   * @throws RangeError unless `seed` is a whole number from -2^63 to 2^64 - 1
   */
  manualSeed(seed: number | bigint): this {
    if (typeof seed === 'number' && !Number.isInteger(seed)) {
      throw new RangeError(`Generator.manualSeed: expected a whole number, got ${seed}`)
    }
    const value = BigInt(seed)
    if (value < -(2n ** 63n) || value >= 2n ** 64n) {
      throw new RangeError(`Generator.manualSeed: expected a seed from -2^63 to 2^64 - 1, got ${seed}`)
    }
    this.#seed = BigInt.asUintN(64, value)
    this.#twister.reseed(Number(BigInt.asUintN(32, value)))
    this.#spareNormal = null
    return this
  }

  /** Starts over from a seed that cannot be foreseen, and gives it. */
  seed(): bigint {
    const [seed = 0n] = crypto.getRandomValues(new BigUint64Array(1))
    this.manualSeed(seed)
    return seed
  }

  /** The seed this generator was last started from, from 0 to 2^64 - 1. */
  initialSeed(): bigint {
    return this.#seed
  }

  /** Where this generator stands, in the bytes of PyTorch's get_state(). */
  getState(): Uint8Array {
    const { state, left, next } = this.#twister
    return encodeState({ seed: this.#seed, left, next, state, spareNormal: this.#spareNormal })
  }

  /**
   * Goes on from a state of {@link getState}, or of PyTorch's.
   * @throws RuntimeError if `bytes` are no such state
   */
  setState(bytes: Uint8Array): this {
    const { seed, left, next, state, spareNormal } = decodeState(bytes)
    this.#twister.restore(state, left, next)
    this.#seed = seed
    this.#spareNormal = spareNormal
    return this
  }

  /** 32 random bits, as a number from 0 to 2^32 - 1. */
  random(): number {
    return this.#twister.random()
  }

  /** 64 random bits: two draws, the upper half first. */
  random64(): bigint {
    const high = BigInt(this.#twister.random())
    return (high << 32n) | BigInt(this.#twister.random())
  }

  /** Uniform in [0, 1) with 24 bits, a float32. */
  uniform24(): number {
    return (this.#twister.random() & 0xffffff) * 2 ** -24
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform53(): number {
    const high = this.#twister.random() & 0x1fffff
    return (high * 2 ** 32 + this.#twister.random()) * 2 ** -53
  }

  /** The sine half of the last Box-Muller pair, which the next single normal draw takes; null if there is none. */
  takeSpareNormal(): number | null {
    const spare = this.#spareNormal
    this.#spareNormal = null
    return spare
  }

  /** Keeps the sine half of a Box-Muller pair for the next single normal draw. */
  keepSpareNormal(value: number): void {
    this.#spareNormal = value
  }
}

let shared: Generator | null = null

/** The generator of every draw that names none. Until {@link manualSeed} it is seeded anew by every program. */
export function defaultGenerator(): Generator {
  if (shared === null) {
    shared = new Generator()
    shared.seed()
  }
  return shared
}

/** Seeds the default generator and gives it. */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator().manualSeed(seed)
}

/** PyTorch's default_rng_seed_val. */
const defaultSeed = 67280421310721n
