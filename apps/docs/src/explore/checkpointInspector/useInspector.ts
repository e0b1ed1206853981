import { useEffect, useRef, useState } from 'preact/hooks'
import type { Look } from './lookAt.ts'
import type { Answer, Failure, Request } from './messages.ts'
import type { Summary } from './readFile.ts'

/** A tensor that was chosen; until its numbers are there, how far reading has come. */
export type Chosen =
  | { readonly name: string; readonly state: 'reading'; readonly share: number }
  | { readonly name: string; readonly state: 'looked'; readonly look: Look }
  | { readonly name: string; readonly state: 'large'; readonly byteLength: number; readonly most: number }
  | { readonly name: string; readonly state: 'failed'; readonly failure: Failure }

interface State {
  readonly reading: boolean
  readonly summary: Summary | null
  readonly failure: Failure | null
  readonly chosen: Chosen | null
}

export interface Inspector extends State {
  open(files: readonly File[]): void
  example(hostile: boolean): void
  /** Chooses one of several state dicts. */
  choosePrefix(prefix: string): void
  choose(name: string, rows: number): void
}

const nothing: State = { reading: false, summary: null, failure: null, chosen: null }

/** Files are read in a worker of their own: whatever stands in them, the page lives on. */
export function useInspector(): Inspector {
  const [state, setState] = useState(nothing)
  const worker = useRef<Worker | null>(null)
  const files = useRef<readonly File[]>([])
  useEffect(() => () => worker.current?.terminate(), [])

  const answered = (answer: Answer): void =>
    setState((before) => {
      if (answer.type === 'opened') return { ...nothing, summary: answer.summary }
      if (answer.type === 'failed' && answer.name === null) return { ...nothing, failure: answer.failure }
      const { chosen } = before
      if (chosen === null) return before
      if (answer.type === 'progress') {
        if (chosen.state !== 'reading') return before
        return { ...before, chosen: { ...chosen, share: answer.loaded / answer.total } }
      }
      // What was chosen before may come late.
      return answer.name === chosen.name ? { ...before, chosen: chosenOf(chosen.name, answer) } : before
    })

  const start = (request: Request): void => {
    worker.current?.terminate()
    const broken = (message: string): void => {
      worker.current?.terminate()
      worker.current = null
      setState({ ...nothing, failure: { kind: 'worker', message } })
    }
    setState({ ...nothing, reading: true })
    try {
      const next = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
      worker.current = next
      next.onmessage = ({ data }: MessageEvent<Answer>) => answered(data)
      next.onerror = ({ message }) => broken(message || 'the worker could not be loaded')
      next.postMessage(request)
    } catch (error) {
      broken(String(error))
    }
  }
  return {
    ...state,
    open(chosen) {
      files.current = chosen
      start({ type: 'open', files: chosen, prefix: '' })
    },
    example(hostile) {
      files.current = []
      start({ type: 'example', hostile })
    },
    choosePrefix: (prefix) => start({ type: 'open', files: files.current, prefix }),
    choose(name, rows) {
      setState((before) => ({ ...before, chosen: { name, state: 'reading', share: 0 } }))
      worker.current?.postMessage({ type: 'look', name, rows } satisfies Request)
    },
  }
}

function chosenOf(name: string, answer: Exclude<Answer, { readonly type: 'opened' | 'progress' }>): Chosen {
  switch (answer.type) {
    case 'looked':
      return { name, state: 'looked', look: answer.look }
    case 'large':
      return { name, state: 'large', byteLength: answer.byteLength, most: answer.most }
    case 'failed':
      return { name, state: 'failed', failure: answer.failure }
    default:
      return answer satisfies never
  }
}
