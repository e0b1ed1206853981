import { type CheckpointLocation, CorruptCheckpointError, quote } from '../errors.ts'

/**
 * Reads the JSON of a safetensors header token by token. What JSON.parse would accept (repeated keys, `1.0` and `1e3` for whole
 * numbers, numbers beyond 2^53) is an error here.
 */
export class HeaderReader {
  readonly #text: string
  readonly #at: CheckpointLocation
  readonly #what: string
  #position = 0

  /** @param at the offset of the header's first byte. Errors add the position in characters, which is bytes in ASCII. */
  constructor(text: string, at: CheckpointLocation, what = 'safetensors header') {
    this.#what = what
    this.#text = text
    this.#at = at
  }

  /** `{ "key": ..., ... }`; `read` takes each value. */
  object(read: (key: string) => void): void {
    const keys = new Set<string>()
    this.#expect('{')
    if (this.#accept('}')) return
    do {
      const key = this.string()
      if (keys.has(key)) throw this.error(`key ${quote(key)} stands there twice`)
      keys.add(key)
      this.#expect(':')
      read(key)
    } while (this.#accept(','))
    this.#expect('}')
  }

  /** `[1, 2, ...]` of whole numbers from 0 to 2^53 - 1. */
  counts(): number[] {
    const counts: number[] = []
    this.#expect('[')
    if (this.#accept(']')) return counts
    do counts.push(this.#count())
    while (this.#accept(','))
    this.#expect(']')
    return counts
  }

  string(): string {
    const start = this.#skipSpaces()
    if (this.#text[start] !== '"') throw this.error('expected text')
    let end = this.#text.indexOf('"', start + 1)
    while (end >= 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1)
    if (end < 0) throw this.error('text does not end')
    const text = parseJsonString(this.#text.slice(start, end + 1))
    if (text === null) throw this.error('text is not valid JSON')
    this.#position = end + 1
    return text
  }

  /** Text, a number, true, false or null, as text. */
  scalar(): string {
    const start = this.#skipSpaces()
    if (this.#text[start] === '"') return this.string()
    const token = /^[\w.+-]{1,40}/.exec(this.#text.slice(start, start + 40))?.[0]
    if (token === undefined) throw this.error('expected text or a number')
    this.#position = start + token.length
    return token
  }

  /** Nothing but spaces may follow. */
  end(): void {
    if (this.#skipSpaces() !== this.#text.length) throw this.error(`expected the ${this.#what} to end`)
  }

  error(what: string): CorruptCheckpointError {
    return new CorruptCheckpointError(`${this.#what}: ${what}`, {
      ...this.#at,
      offset: (this.#at.offset ?? 0) + this.#position,
    })
  }

  #count(): number {
    const start = this.#skipSpaces()
    let end = start
    while (isDigit(this.#text.charCodeAt(end)) && end - start < 20) end++
    const token = this.#text.slice(start, end)
    const whole = /^(0|[1-9]\d*)$/.test(token) && !/[.eE]/.test(this.#text.charAt(end))
    if (!whole) throw this.error('expected a whole number, without fraction or exponent')
    if (!Number.isSafeInteger(Number(token))) throw this.error(`number ${token} is beyond 2^53 - 1`)
    this.#position = end
    return Number(token)
  }

  #expect(punctuation: string): void {
    if (!this.#accept(punctuation)) throw this.error(`expected ${punctuation}`)
  }

  #accept(punctuation: string): boolean {
    if (this.#text[this.#skipSpaces()] !== punctuation) return false
    this.#position++
    return true
  }

  #skipSpaces(): number {
    while (' \t\n\r'.includes(this.#text[this.#position] ?? 'end')) this.#position++
    return this.#position
  }

  /** True if an odd number of backslashes comes before. */
  #isEscaped(position: number): boolean {
    let before = position
    while (this.#text[before - 1] === '\\') before--
    return (position - before) % 2 === 1
  }
}

/** Null if it is not a JSON string, or not Unicode: half of a surrogate pair can be written as an escape. */
function parseJsonString(token: string): string | null {
  try {
    const text: unknown = JSON.parse(token)
    return typeof text === 'string' && !/\p{Surrogate}/u.test(text) ? text : null
  } catch {
    return null
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
