import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The fields of a reply, as pytorch.py gives them. */
interface Reply {
  readonly version?: string
  readonly lengths?: readonly number[]
  readonly samples?: readonly number[]
  /** What follows the line. */
  readonly floats: Float32Array
}

/**
 * A Python process that answers one request at a time. Requests and replies are a line of JSON, whose `bytes` says how many
 * raw bytes follow it.
 */
export class Python {
  readonly #process: ChildProcess
  readonly #chunks: AsyncIterator<Buffer>
  readonly #exited: Promise<string>
  #buffered = Buffer.alloc(0)
  #errors = ''

  constructor(threads: number) {
    const script = fileURLToPath(new URL('pytorch.py', import.meta.url))
    const child = spawn(process.env['PYTHON'] ?? 'python3', [script, String(threads)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#process = child
    this.#chunks = child.stdout[Symbol.asyncIterator]()
    child.stderr.on('data', (text) => (this.#errors += text))
    // Writing to a process that has ended. The missing reply reports it.
    child.stdin.on('error', () => {})
    this.#exited = new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message))
      child.on('close', () => resolve(this.#errors.trim()))
    })
  }

  /** Its version; null if it ended because Python or torch is missing. */
  async hello(): Promise<string | null> {
    try {
      return (await this.#reply()).version ?? ''
    } catch {
      return null
    }
  }

  async ask(request: object, content: readonly Uint8Array[] = []): Promise<Reply> {
    const bytes = content.reduce((sum, { byteLength }) => sum + byteLength, 0)
    this.#process.stdin?.write(`${JSON.stringify({ ...request, bytes })}\n`)
    for (const part of content) this.#process.stdin?.write(part)
    return this.#reply()
  }

  async end(): Promise<void> {
    this.#process.stdin?.end()
    await this.#exited
  }

  async #reply(): Promise<Reply> {
    let end = this.#buffered.indexOf('\n')
    for (; end < 0; end = this.#buffered.indexOf('\n')) await this.#more()
    const line = this.#take(end + 1)
    const message: Omit<Reply, 'floats'> & { readonly bytes: number } = JSON.parse(line.toString())
    while (this.#buffered.length < message.bytes) await this.#more()
    const raw = this.#take(message.bytes)
    return { ...message, floats: new Float32Array(Uint8Array.from(raw).buffer) }
  }

  #take(bytes: number): Buffer {
    const taken = this.#buffered.subarray(0, bytes)
    this.#buffered = this.#buffered.subarray(bytes)
    return taken
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#chunks.next()
    if (done) throw new Error(`pytorch: the Python process ended: ${await this.#exited}`)
    this.#buffered = Buffer.concat([this.#buffered, value])
  }
}
