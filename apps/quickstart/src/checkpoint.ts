import { elementsOf, Tensor } from '@unroll/tensor'

/** A dict as `torch.save` wrote it and `load` read it. Asking for what is not there throws, naming the file and the key. */
export class Checkpoint {
  readonly #where: string
  readonly #entries: ReadonlyMap<unknown, unknown>

  constructor(where: string, value: unknown) {
    if (!(value instanceof Map)) throw new TypeError(`${where}: expected a dict, got ${describe(value)}`)
    this.#where = where
    this.#entries = value
  }

  dict(key: string): Checkpoint {
    return new Checkpoint(`${this.#where}['${key}']`, this.#entries.get(key))
  }

  string(key: string): string {
    return this.#get(key, 'a string', (value) => typeof value === 'string')
  }

  number(key: string): number {
    return this.#get(key, 'a number', (value) => typeof value === 'number')
  }

  strings(key: string): readonly string[] {
    const isStrings = (value: unknown): value is string[] =>
      Array.isArray(value) && value.every((item) => typeof item === 'string')
    return this.#get(key, 'a list of strings', isStrings)
  }

  numbers(key: string): readonly number[] {
    const isNumbers = (value: unknown): value is number[] =>
      Array.isArray(value) && value.every((item) => typeof item === 'number')
    return this.#get(key, 'a list of numbers', isNumbers)
  }

  tensor(key: string): Tensor {
    return this.#get(key, 'a tensor', (value) => value instanceof Tensor)
  }

  /** A float32 tensor's elements, row after row. */
  floats(key: string): Float32Array {
    const elements = elementsOf(this.tensor(key))
    if (elements instanceof Float32Array) return elements
    throw new TypeError(`${this.#where}['${key}']: expected a float32 tensor`)
  }

  /** A dict of tensors, as `Module.stateDict` has it. */
  tensors(key: string): Map<string, Tensor> {
    const dict = this.dict(key)
    return new Map([...dict.#entries.keys()].map((name) => [String(name), dict.tensor(String(name))]))
  }

  #get<T>(key: string, expected: string, is: (value: unknown) => value is T): T {
    const value = this.#entries.get(key)
    if (is(value)) return value
    throw new TypeError(`${this.#where}['${key}']: expected ${expected}, got ${describe(value)}`)
  }
}

function describe(value: unknown): string {
  return value?.constructor?.name ?? String(value)
}
