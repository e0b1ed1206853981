/**
 * MT19937 with 32-bit outputs, seeded by Knuth's initialiser.
 * Source: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998, and its 2002 initialisation.
 */
export class MersenneTwister {
  readonly state: Uint32Array = new Uint32Array(size)
  /** Outputs the state still holds, and the position of the next; a new state is made when none is left. */
  left = 1
  next = 0

  constructor(seed: number) {
    this.reseed(seed)
  }

  /** Starts over from the low 32 bits of `seed`. */
  reseed(seed: number): void {
    const { state } = this
    state[0] = seed
    for (let i = 1; i < size; i++) {
      const previous = state[i - 1] ?? 0
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i
    }
    this.left = 1
    this.next = 0
  }

  /** 32 random bits, as a number from 0 to 2^32 - 1. */
  random(): number {
    if (--this.left === 0) this.#renew()
    let y = this.state[this.next++] ?? 0
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }

  #renew(): void {
    const { state } = this
    for (let i = 0; i < size; i++) {
      const upper = state[i] ?? 0
      const lower = state[(i + 1) % size] ?? 0
      const mixed = (upper & 0x80000000) | (lower & 0x7fffffff)
      state[i] = (state[(i + shift) % size] ?? 0) ^ (mixed >>> 1) ^ (lower & 1 ? 0x9908b0df : 0)
    }
    this.left = size
    this.next = 0
  }
}

const size = 624
const shift = 397
