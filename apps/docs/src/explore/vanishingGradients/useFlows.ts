import { useEffect, useRef, useState } from 'preact/hooks'
import type { Flows } from './flows.ts'
import type { Answer, Request } from './messages.ts'
import { defaults, type Settings } from './settings.ts'

interface State {
  readonly flows: Flows
  /** The settings that they are of: a moment ago the reader's. */
  readonly of: Settings
  /** What computing took; null before the worker has computed. */
  readonly milliseconds: number | null
  readonly problem: string | null
}

/** The flows of settings, computed in a worker so that sliders move freely: while it computes, only the latest settings wait. */
export function useFlows(settings: Settings, initial: Flows): State {
  const [state, setState] = useState<State>({
    flows: initial,
    of: defaults,
    milliseconds: null,
    problem: null,
  })
  const worker = useRef<Worker | null>(null)
  const asked = useRef<Settings | null>(null)
  const latest = useRef(settings)
  latest.current = settings

  const ask = (): void => {
    asked.current = latest.current
    worker.current?.postMessage(latest.current satisfies Request)
  }
  const broken = (message: string): void => {
    worker.current?.terminate()
    worker.current = null
    setState((before) => ({ ...before, problem: message }))
  }
  const answered = (answer: Answer): void => {
    const of = asked.current
    asked.current = null
    if (of === null) return
    if (answer.type === 'failed') {
      broken(answer.message)
      return
    }
    setState({ flows: answer.flows, of, milliseconds: answer.milliseconds, problem: null })
    if (of !== latest.current) ask()
  }
  useEffect(() => {
    try {
      const next = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
      worker.current = next
      next.onmessage = ({ data }: MessageEvent<Answer>) => answered(data)
      next.onerror = ({ message }) => broken(message || 'the worker could not be loaded')
    } catch (error) {
      broken(String(error))
    }
    return () => worker.current?.terminate()
  }, [])
  useEffect(() => {
    if (asked.current === null) ask()
  }, [settings])
  return state
}
