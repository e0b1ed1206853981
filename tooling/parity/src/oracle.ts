/** The Python process that runs PyTorch; see oracle.py for its frames. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type DType, type Tensor, tensor } from '@unroll/tensor'

/** An answer: JSON, with tensors in it. */
export type Answer = null | boolean | number | string | Tensor | readonly Answer[] | AnswerRecord

export interface AnswerRecord {
  readonly [name: string]: Answer
}

export interface Oracle {
  /** PyTorch's version. */
  readonly torch: string
  /** False on Intel's processors, where PyTorch draws dropout masks through MKL, which we do not reproduce. */
  readonly drawsDropoutItself: boolean
  /** Calls one handler of oracle.py. Questions wait for each other. */
  ask(handler: string, request?: object): Promise<AnswerRecord>
  close(): void
}

/** The Python process ended while it worked on a question. The next question starts another one. */
export class OracleCrash extends Error {
  override readonly name = 'OracleCrash'
}

/**
 * Starts PyTorch.
 * @param python the interpreter; default `$PYTHON`, else python3
 * @returns the reason if it cannot be started
 */
export async function startOracle(
  python: string = process.env['PYTHON'] ?? 'python3',
): Promise<Oracle | { readonly missing: string }> {
  const running = new PythonProcess(python)
  try {
    const { torch, drawsDropoutItself } = await running.ask('hello')
    return {
      torch: String(torch),
      drawsDropoutItself: drawsDropoutItself === true,
      ask: (handler, request) => running.ask(handler, request),
      close: () => running.close(),
    }
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) }
  }
}

export function isOracle(started: Oracle | { readonly missing: string }): started is Oracle {
  return !('missing' in started)
}

/** PyTorch's process. It answers one question after the other. */
class PythonProcess {
  readonly #python: string
  #child: { readonly process: ChildProcessWithoutNullStreams; readonly answers: Frames } | null = null
  #waiting: Promise<unknown> = Promise.resolve()

  constructor(python: string) {
    this.#python = python
  }

  ask(handler: string, request: object = {}): Promise<AnswerRecord> {
    const answer = this.#waiting.then(async () => {
      this.#child ??= this.#start()
      const { process, answers } = this.#child
      send(process, { ask: handler, ...request })
      try {
        return await answers.next()
      } catch (error) {
        if (error instanceof OracleCrash) this.#child = null
        throw error
      }
    })
    this.#waiting = answer.catch(() => undefined)
    return answer
  }

  close(): void {
    this.#child?.process.stdin.end()
  }

  #start(): { process: ChildProcessWithoutNullStreams; answers: Frames } {
    const process = spawn(this.#python, [fileURLToPath(new URL('../oracle.py', import.meta.url))])
    return { process, answers: new Frames(process) }
  }
}

function send(child: ChildProcessWithoutNullStreams, request: object): void {
  const header = Buffer.from(JSON.stringify(request))
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32LE(header.length, 0)
  child.stdin.write(Buffer.concat([lengths, header]))
}

/** Reads what a process writes, frame by frame. */
class Frames {
  #bytes: Buffer[] = []
  #length = 0
  #errors = ''
  #ended: OracleCrash | null = null
  #wake: () => void = () => undefined

  constructor(child: ChildProcessWithoutNullStreams) {
    child.stdout.on('data', (chunk: Buffer) => {
      this.#bytes.push(chunk)
      this.#length += chunk.length
      this.#wake()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-2000)
    })
    child.stdin.on('error', () => undefined)
    child.on('error', (error) => this.#end(error.message))
    child.on('close', (code, signal) =>
      this.#end(this.#errors.trim().split('\n').at(-1) || `Python ended with ${signal ?? code}`),
    )
  }

  async next(): Promise<AnswerRecord> {
    const lengths = await this.#read(8)
    const [headerLength, tensorsLength] = [lengths.readUInt32LE(0), lengths.readUInt32LE(4)]
    const header: unknown = JSON.parse((await this.#read(headerLength)).toString())
    // A copy of its own, so that typed arrays are aligned in it.
    const tensors = new Uint8Array(await this.#read(tensorsLength)).buffer
    const frame = record(decode(header, tensors))
    if (frame['failure'] !== undefined) throw new Error(`oracle.py: ${String(frame['failure'])}`)
    return record(frame['answer'])
  }

  #end(reason: string): void {
    this.#ended ??= new OracleCrash(reason)
    this.#wake()
  }

  async #read(length: number): Promise<Buffer> {
    while (this.#length < length) {
      if (this.#ended) throw this.#ended
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const all = Buffer.concat(this.#bytes)
    this.#bytes = [all.subarray(length)]
    this.#length = all.length - length
    return all.subarray(0, length)
  }
}

function decode(value: unknown, bytes: ArrayBuffer): Answer {
  if (Array.isArray(value)) return value.map((part) => decode(part, bytes))
  if (typeof value === 'object' && value !== null) {
    if ('tensor' in value && Array.isArray(value.tensor)) return decodeTensor(value.tensor, bytes)
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, decode(part, bytes)]))
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
  return String(value)
}

function decodeTensor(entry: readonly unknown[], bytes: ArrayBuffer): Tensor {
  const [dtype, shape, offset] = [String(entry[0]), numbers(entry[1]), Number(entry[2])]
  const count = shape.reduce((product, size) => product * size, 1)
  const make = arrays[dtype]
  if (make === undefined) throw new TypeError(`oracle: no typed array for ${dtype}`)
  return tensor(make.array(bytes, offset, count), { shape, dtype: make.dtype })
}

const arrays: Record<
  string,
  { dtype: DType; array(bytes: ArrayBuffer, offset: number, count: number): ArrayBufferView }
> = {
  float32: { dtype: 'float32', array: (bytes, at, n) => new Float32Array(bytes, at, n) },
  float64: { dtype: 'float64', array: (bytes, at, n) => new Float64Array(bytes, at, n) },
  int64: { dtype: 'int64', array: (bytes, at, n) => new BigInt64Array(bytes, at, n) },
  int32: { dtype: 'int32', array: (bytes, at, n) => new Int32Array(bytes, at, n) },
  int16: { dtype: 'int16', array: (bytes, at, n) => new Int16Array(bytes, at, n) },
  int8: { dtype: 'int8', array: (bytes, at, n) => new Int8Array(bytes, at, n) },
  uint8: { dtype: 'uint8', array: (bytes, at, n) => new Uint8Array(bytes, at, n) },
  bool: { dtype: 'bool', array: (bytes, at, n) => new Uint8Array(bytes, at, n) },
}

// Reading answers

/** @throws TypeError unless `value` is a record */
export function record(value: Answer | undefined): AnswerRecord {
  if (isRecord(value)) return value
  throw new TypeError(`oracle: expected a record, got ${String(value)}`)
}

function isRecord(value: Answer | undefined): value is AnswerRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('storage' in value)
}

/** @throws TypeError unless `value` is a list */
export function list(value: Answer | undefined): readonly Answer[] {
  if (Array.isArray(value)) return value
  throw new TypeError(`oracle: expected a list, got ${String(value)}`)
}

function numbers(value: unknown): number[] {
  if (Array.isArray(value)) return value.map(Number)
  throw new TypeError(`oracle: expected numbers, got ${String(value)}`)
}
