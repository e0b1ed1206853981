/**
 * MT19937 with 32-bit outputs, seeded by its authors' initialiser of 2002.
 * Source: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998.
 */
export class MersenneTwister {
  private readonly words: Uint32Array = new Uint32Array(stateSize)
  private remaining = 1
  private position = 0

  constructor(seed: number) {
    this.reseed(seed)
  }

  /** A copy of the words from which outputs are made. */
  get state(): Uint32Array {
    return this.words.slice()
  }

  /** Outputs until the state is renewed, counting from the one that renews it. */
  get left(): number {
    return this.remaining
  }

  /** Position in the state of the next output. */
  get next(): number {
    return this.position
  }

  /** Continues where another one stopped. */
  restore(state: Uint32Array, left: number, next: number): void {
    this.words.set(state)
    this.remaining = left
    this.position = next
  }

  /** Starts over from the low 32 bits of `seed`. */
  reseed(seed: number): void {
    const state = this.words
    state[0] = seed
    for (let i = 1; i < stateSize; i++) {
      const previous = state[i - 1] ?? 0
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i
    }
    this.remaining = 1
    this.position = 0
  }

  /** 32 random bits, as a number from 0 to 2^32 - 1. */
  random(): number {
    if (--this.remaining === 0) this.renew()
    let y = this.words[this.position++] ?? 0
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }

  private renew(): void {
    const state = this.words
    for (let i = 0; i < stateSize; i++) {
      const lower = state[(i + 1) % stateSize] ?? 0
      const mixed = ((state[i] ?? 0) & 0x80000000) | (lower & 0x7fffffff)
      state[i] = (state[(i + shift) % stateSize] ?? 0) ^ (mixed >>> 1) ^ (lower & 1 ? 0x9908b0df : 0)
    }
    this.remaining = stateSize
    this.position = 0
  }
}

const stateSize = 624
const shift = 397
