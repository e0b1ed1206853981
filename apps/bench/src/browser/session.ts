import type { BenchCase } from '../cases/recurrentCases.ts'
import { isTraining } from '../cases/trainingCases.ts'
import type { PeerFiles } from '../contenders/pageContenders.ts'
import type { Absence, Comparison, Result, Step } from '../measure/compareRecurrent.ts'
import type { Effort } from '../measure/rounds.ts'
import type { Introduction, Message, Reply, Request, Starting, Work } from './protocol.ts'

/** No step that works takes this long: the longest is a second of warm-up and a call of the slowest contender. */
const patienceMs = 30_000

/** What a page needs to run contenders. */
export interface SessionOptions {
  readonly startWorker: () => Pick<Worker, 'onmessage' | 'onerror' | 'postMessage' | 'terminate'>
  readonly files: PeerFiles
  readonly threads: number
}

export interface Watch {
  /** Told before each step. */
  readonly onStep?: (step: Step | Starting) => void
  /** Ends the worker at once. */
  readonly signal?: AbortSignal
}

/** The run was stopped by its signal. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

/** A contender did not answer, or ended the worker. */
class EndedError extends Error {
  override readonly name = 'EndedError'
  /** Who was at work; null where that is not known. */
  readonly contender: string | null

  constructor(contender: string | null, message: string) {
    super(message)
    this.contender = contender
  }
}

/**
 * Runs contenders in workers of a page: a new worker for each case, so that nothing is left from the case before. A contender
 * that hangs or crashes its worker is listed as failed, and the others start again without it.
 *
 * @example
 * const session = new Session({ startWorker, files, threads: 1 })
 * const [{ results }] = await session.compare(benchCase, ['wasm', 'onnxruntime-web'], quick)
 */
export class Session {
  readonly #options: SessionOptions

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** Asks which of these contenders can take part. */
  async introduce(names: readonly string[], watch: Watch = {}): Promise<Introduction> {
    const { reply, failed } = await this.#askThem(names, { kind: 'introduce' }, watch)
    if (reply.kind !== 'introduction')
      throw new TypeError(`Session: expected an introduction, got ${reply.kind}`)
    const { introduction } = reply
    return { ...introduction, failed: [...introduction.failed, ...failed] }
  }

  /**
   * A case that learns has a comparison of each pass.
   * @throws StoppedError if the signal aborts
   */
  async compare(
    benchCase: BenchCase,
    names: readonly string[],
    effort: Effort,
    watch: Watch = {},
  ): Promise<readonly Comparison[]> {
    const { reply, failed } = await this.#askThem(names, { kind: 'compare', benchCase, effort }, watch)
    if (reply.kind !== 'comparisons') throw new TypeError(`Session: expected comparisons, got ${reply.kind}`)
    return reply.comparisons.map((each) => ({ ...each, failed: [...each.failed, ...failed] }))
  }

  /**
   * Adds the WebAssembly memory that each contender holds after a call, alone in a worker. Where that fails, the contender keeps
   * its times, and `failed` gives the reason. In training it is not measured.
   */
  async withMemory(comparison: Comparison, watch: Watch = {}): Promise<Comparison> {
    if (isTraining(comparison.benchCase)) return comparison
    const results: Result[] = []
    const failures: Absence[] = []
    for (const result of comparison.results) {
      const work: Work = { kind: 'memory', benchCase: comparison.benchCase }
      const { reply, failed } = await this.#askThem([result.contender], work, watch)
      const bytes = reply.kind === 'memory' && failed.length === 0 ? reply.bytes : 0
      results.push(bytes > 0 ? { ...result, memoryBytes: bytes } : result)
      for (const { contender, reason } of failed)
        failures.push({ contender, reason: `its memory was not measured: ${reason}` })
    }
    return { ...comparison, results, failed: [...comparison.failed, ...failures] }
  }

  async #askThem(
    names: readonly string[],
    work: Work,
    watch: Watch,
  ): Promise<{ readonly reply: Reply; readonly failed: readonly Absence[] }> {
    const failed: Absence[] = []
    for (;;) {
      const contenders = names.filter((name) => !failed.some(({ contender }) => contender === name))
      try {
        return { reply: await this.#ask({ ...this.#options, contenders, work }, watch), failed }
      } catch (error) {
        if (!(error instanceof EndedError)) throw error
        const { contender, message } = error
        if (contender === null || !contenders.includes(contender)) throw error
        failed.push({ contender, reason: message })
      }
    }
  }

  async #ask({ contenders, threads, files, work }: Request, { onStep, signal }: Watch): Promise<Reply> {
    if (signal?.aborted) throw new StoppedError('the run was stopped')
    const worker = this.#options.startWorker()
    let stop = (): void => {}
    let timer: ReturnType<typeof setTimeout> | undefined
    try {
      return await new Promise<Reply>((resolve, reject) => {
        let at: Step | Starting | null = null
        const end = (message: string): void => reject(new EndedError(at?.contender ?? null, message))
        const wait = (): void => {
          clearTimeout(timer)
          const where = at === null ? 'while its worker started' : `in its step "${at.doing}"`
          timer = setTimeout(() => end(`no sign of life for ${patienceMs / 1000} s ${where}`), patienceMs)
        }
        wait()
        worker.onmessage = ({ data }: MessageEvent<Message>) => {
          if (data.kind === 'step') {
            at = data.step
            wait()
            onStep?.(at)
          } else if (data.kind === 'thrown') end(data.message)
          else resolve(data)
        }
        worker.onerror = (event) => {
          event.preventDefault()
          end(event.message || 'its worker could not be loaded, or crashed')
        }
        stop = () => reject(new StoppedError('the run was stopped'))
        signal?.addEventListener('abort', stop)
        worker.postMessage({ contenders, threads, files, work } satisfies Request)
      })
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      worker.terminate()
    }
  }
}
