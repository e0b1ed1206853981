import { useEffect, useRef, useState } from 'preact/hooks'
import type { OutputState } from './Output.tsx'
import { runInWorker } from './runInWorker.ts'
import { textsOf } from './texts.ts'

interface Running {
  /** Null before the first run. */
  readonly output: OutputState | null
  readonly running: boolean
  run(code: string): void
  stop(): void
  clear(): void
}

/** Runs code in a worker and keeps what it prints. */
export function useRun(language: string): Running {
  const texts = textsOf(language)
  const [output, setOutput] = useState<OutputState | null>(null)
  const [running, setRunning] = useState(false)
  const stopping = useRef<((reason: string) => void) | null>(null)
  useEffect(() => () => stopping.current?.(texts.stopped), [])

  const end = (note: string, failed: boolean, more: number): void => {
    stopping.current = null
    setRunning(false)
    const whole = more > 0 ? `${texts.more(more)} ${note}` : note
    setOutput((before) => ({ lines: before?.lines ?? [], note: whole, failed }))
  }
  return {
    output,
    running,
    run(code) {
      stopping.current?.(texts.stopped)
      setRunning(true)
      setOutput({ lines: [], note: texts.running, failed: false })
      stopping.current = runInWorker(code, texts, {
        lines: (lines) =>
          setOutput((before) => ({
            lines: [...(before?.lines ?? []), ...lines],
            note: before?.note ?? null,
            failed: false,
          })),
        done: (milliseconds, more) => end(texts.finished(milliseconds), false, more),
        failed: (message, more) => end(message, true, more),
      })
    },
    stop: () => stopping.current?.(texts.stopped),
    clear: () => setOutput(null),
  }
}
