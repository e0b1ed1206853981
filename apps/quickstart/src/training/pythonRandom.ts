/** Words of the Mersenne Twister's state, and how far apart are those that it mixes. */
const N = 624
const M = 397

/**
 * Python's `random.Random(seed)`, as far as `shuffle` needs it: the Mersenne Twister MT19937, which draws 32 bits at a
 * time, seeded by a key of one word.
 * @see M. Matsumoto, T. Nishimura, mt19937ar.c: init_genrand, init_by_array, genrand_int32
 */
export class PythonRandom {
  readonly #state = new Uint32Array(N)
  #next = N

  /** @param seed an integer from 0 to 2^32 - 1 */
  constructor(seed: number) {
    const state = this.#state
    state[0] = 19650218
    for (let i = 1; i < N; i++) state[i] = Math.imul(mixed(state, i - 1), 1812433253) + i
    let i = 1
    const step = (multiplier: number, added: number): void => {
      state[i] = (at(state, i) ^ Math.imul(mixed(state, i - 1), multiplier)) + added
      if (++i < N) return
      state[0] = at(state, N - 1)
      i = 1
    }
    for (let k = 0; k < N; k++) step(1664525, seed)
    for (let k = 1; k < N; k++) step(1566083941, -i)
    state[0] = 0x80000000
  }

  /** Puts the items in the order that `random.Random(seed).shuffle(items)` gives them. */
  shuffle<T>(items: T[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.#below(i + 1)
      const [a, b] = [items[i], items[j]] as [T, T]
      items[i] = b
      items[j] = a
    }
  }

  /** An integer below `n`: as many bits as `n` has, drawn again until they are less. */
  #below(n: number): number {
    const shift = Math.clz32(n)
    let drawn = this.#bits() >>> shift
    while (drawn >= n) drawn = this.#bits() >>> shift
    return drawn
  }

  #bits(): number {
    if (this.#next === N) this.#twist()
    let y = at(this.#state, this.#next++)
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }

  #twist(): void {
    const state = this.#state
    for (let i = 0; i < N; i++) {
      const y = (at(state, i) & 0x80000000) | (at(state, (i + 1) % N) & 0x7fffffff)
      state[i] = at(state, (i + M) % N) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
    }
    this.#next = 0
  }
}

function mixed(state: Uint32Array, index: number): number {
  const word = at(state, index)
  return word ^ (word >>> 30)
}

function at(state: Uint32Array, index: number): number {
  return state[index] ?? 0
}
