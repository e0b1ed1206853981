/** Shows how far a long run is, on stderr: one line that is rewritten on a terminal, a line for each case elsewhere. */
export class Progress {
  readonly #total: number
  readonly #terminal = process.stderr.isTTY
  readonly #start = performance.now()
  #done = 0
  #case = ''

  constructor(total: number) {
    this.#total = total
  }

  /** The next case begins. */
  next(name: string): void {
    this.#case = `[${this.#done + 1}/${this.#total}] ${name}`
    this.#done++
    if (!this.#terminal) process.stderr.write(`${this.#case}\n`)
  }

  /** As in timeRounds: -1 is the warm-up. */
  readonly round = (round: number, rounds: number): void => {
    if (!this.#terminal) return
    const state = round < 0 ? 'warm-up' : `round ${round + 1}/${rounds}`
    process.stderr.write(`\r\x1b[K${this.#case}: ${state}${this.#remaining()}`)
  }

  /** Leaves the line empty. */
  end(): void {
    if (this.#terminal) process.stderr.write('\r\x1b[K')
  }

  #remaining(): string {
    const finished = this.#done - 1
    if (finished === 0) return ''
    const seconds = ((performance.now() - this.#start) / finished / 1000) * (this.#total - finished)
    return `, about ${Math.ceil(seconds / 60)} min left`
  }
}
