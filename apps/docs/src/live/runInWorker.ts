import type { LiveTexts } from './texts.ts'
import type { Line, WorkerMessage } from './worker.ts'

/** What becomes of code while it runs. */
export interface RunEvents {
  lines(lines: readonly Line[]): void
  /** It ended by itself; `more` lines were too many to be shown. */
  done(milliseconds: number, more: number): void
  /** It threw, was stopped, or could not be started. */
  failed(message: string, more: number): void
}

/** Code that prints nothing for so many milliseconds is stopped. A loop that prints is silent once too much was printed. */
const patience = 15_000

/**
 * Runs code of the site in a worker of its own, so that a loop without an end does not stop the page.
 * @returns stops it
 */
export function runInWorker(code: string, texts: LiveTexts, events: RunEvents): (reason: string) => void {
  let worker: Worker
  try {
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  } catch (error) {
    events.failed(texts.noWorker(String(error)), 0)
    return () => {}
  }
  let timer = 0
  const end = (): void => {
    clearTimeout(timer)
    worker.terminate()
  }
  const stop = (reason: string): void => {
    end()
    events.failed(reason, 0)
  }
  const wait = (): void => {
    clearTimeout(timer)
    timer = window.setTimeout(() => stop(texts.late(patience / 1000)), patience)
  }
  worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
    if (data.type === 'ready') worker.postMessage({ code })
    else if (data.type === 'lines') {
      wait()
      events.lines(data.lines)
    } else {
      end()
      if (data.type === 'done') events.done(data.milliseconds, data.more)
      else events.failed(data.message, data.more)
    }
  }
  worker.onerror = ({ message }) => stop(message || texts.noWorker(''))
  wait()
  return stop
}
