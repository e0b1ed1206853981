import type { Answer, Progress, Request, TrainRequest } from './messages.ts'

/** Why training ended, if nobody asked for it. */
export interface Failure {
  /** `load`: the worker did not start. `died`: it ended. `silent`: it stopped answering. `failed`: it told an error. */
  readonly kind: 'load' | 'died' | 'silent' | 'failed'
  /** What the browser or the worker says, in English; may be empty. */
  readonly message: string
}

/** What a {@link Trainer} tells. */
export interface TrainerEvents {
  started(engine: string): void
  progress(progress: Progress): void
  /** The last one of a training. */
  ended(failure: Failure | null): void
}

/** Seconds without a word after which a worker counts as dead: some browsers tell nothing of one that ran out of memory. */
const patience = 20

/**
 * Trains in a worker, one for each training. Each report brings all that was learned, so whatever becomes of the worker, the page goes
 * on from the last one.
 */
export class Trainer {
  readonly #events: TrainerEvents
  readonly #open: () => Worker
  #worker: Worker | null = null
  #hasStarted = false
  #watch: ReturnType<typeof setInterval> | undefined
  /** Seconds without a word. They are counted, as a computer that slept may have slept for hours. */
  #silence = 0

  /** @param open makes a worker of worker.ts */
  constructor(events: TrainerEvents, open: () => Worker) {
    this.#events = events
    this.#open = open
  }

  /** Begins a training; one that runs is left without another word. */
  start(request: TrainRequest): void {
    this.close()
    this.#hasStarted = false
    try {
      const worker = this.#open()
      this.#worker = worker
      worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#hear(data)
      worker.onmessageerror = () => this.#end({ kind: 'died', message: 'a message could not be read' })
      worker.onerror = (event) => {
        event.preventDefault()
        this.#end({ kind: this.#hasStarted ? 'died' : 'load', message: event.message ?? '' })
      }
      worker.postMessage(request)
    } catch (error) {
      this.#end({ kind: 'load', message: String(error) })
      return
    }
    this.#silence = 0
    this.#watch = setInterval(() => this.#tick(), 1000)
  }

  /** Asks the worker to stop after its step. It reports once more, then `ended` is told. */
  pause(): void {
    this.#post({ type: 'pause' })
  }

  set learningRate(learningRate: number) {
    this.#post({ type: 'learningRate', learningRate })
  }

  /** Ends the worker at once, without another word. */
  close(): void {
    clearInterval(this.#watch)
    this.#worker?.terminate()
    this.#worker = null
  }

  #post(request: Request): void {
    this.#worker?.postMessage(request)
  }

  #hear(answer: Answer): void {
    this.#silence = 0
    switch (answer.type) {
      case 'started':
        this.#hasStarted = true
        this.#events.started(answer.engine)
        break
      case 'progress':
        this.#events.progress(answer)
        break
      case 'paused':
        this.#end(null)
        break
      case 'failed':
        this.#end({ kind: 'failed', message: answer.message })
        break
      default:
        answer satisfies never
    }
  }

  #tick(): void {
    this.#silence++
    if (this.#silence >= patience) {
      this.#end({ kind: this.#hasStarted ? 'silent' : 'load', message: `no answer for ${patience} s` })
    }
  }

  #end(failure: Failure | null): void {
    this.close()
    this.#events.ended(failure)
  }
}
