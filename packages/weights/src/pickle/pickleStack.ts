import type { PickleReader } from './pickleReader.ts'
import type { PickleValue } from './values.ts'

/** The stack of a pickle. Values below the last open MARK cannot be reached. */
export class PickleStack {
  readonly #reader: PickleReader
  readonly #depth: number
  readonly #values: PickleValue[] = []
  /** The height of the stack at each open MARK. */
  readonly #marks: number[] = []

  /**
   * @param reader errors point at its current opcode
   * @param depth the most MARKs that may be open
   */
  constructor(reader: PickleReader, depth: number) {
    this.#reader = reader
    this.#depth = depth
  }

  push(value: PickleValue): void {
    this.#values.push(value)
  }

  top(): PickleValue {
    this.#require(1)
    return this.#values.at(-1) ?? null
  }

  pop(): PickleValue {
    this.#require(1)
    return this.#values.pop() ?? null
  }

  /** The values in the order they were pushed. */
  popMany(count: number): PickleValue[] {
    this.#require(count)
    return this.#values.splice(this.#values.length - count, count)
  }

  mark(): undefined {
    if (this.#marks.length === this.#depth)
      throw this.#reader.corrupt(`over ${this.#depth} open MARKs, the limit`)
    this.#marks.push(this.#values.length)
  }

  popToMark(): PickleValue[] {
    const mark = this.#marks.pop()
    if (mark === undefined) throw this.#reader.corrupt('needs a MARK, there is none')
    return this.#values.splice(mark)
  }

  /** POP: drops the value or the MARK on top. */
  drop(): undefined {
    if (this.#values.length === this.#marks.at(-1)) this.#marks.pop()
    else this.pop()
  }

  /** STOP: returns the only value left. */
  popLast(): PickleValue {
    const value = this.pop()
    const [values, marks] = [this.#values.length, this.#marks.length]
    if (values + marks > 0)
      throw this.#reader.corrupt(`STOP leaves ${values} values and ${marks} marks behind`)
    return value
  }

  /** Throws unless `count` values lie above the last MARK. */
  #require(count: number): void {
    const available = this.#values.length - (this.#marks.at(-1) ?? 0)
    if (available < count) throw this.#reader.corrupt(`needs ${count} values, the stack has ${available}`)
  }
}
