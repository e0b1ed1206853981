import { useEffect, useRef, useState } from 'preact/hooks'
import type { Stroke } from '../stroke.ts'
import type { Learning } from '../useLearning.ts'
import type { ReadAnswer, ReadRequest } from './worker.ts'

type Answer = Omit<ReadAnswer, 'id'>

const none: Answer = { probabilities: null, problem: null }

/**
 * The model's answer to a drawing, anew with each report of the run. A worker of its own reads, which nothing is loaded for before there is
 * something to read.
 */
export function useAnswer({ checkpoint, units }: Learning, stroke: Stroke | null, classes: number): Answer {
  const [answer, setAnswer] = useState(none)
  const worker = useRef<Worker | null>(null)
  const read = useRef<{ readonly stroke: Stroke; readonly id: number } | null>(null)
  useEffect(() => () => worker.current?.terminate(), [])
  useEffect(() => {
    const fail = (problem: string): void => {
      worker.current?.terminate()
      worker.current = null
      setAnswer({ probabilities: null, problem })
    }
    if (stroke === null || checkpoint === null) {
      read.current = null
      return setAnswer(none)
    }
    // Answers to an earlier drawing are stale; those of earlier weights are only older.
    const id = read.current?.stroke === stroke ? read.current.id : (read.current?.id ?? 0) + 1
    read.current = { stroke, id }
    try {
      worker.current ??= new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
      worker.current.onmessage = ({ data }: MessageEvent<ReadAnswer>) => {
        if (data.id === read.current?.id) setAnswer(data)
      }
      worker.current.onerror = (event) => {
        event.preventDefault()
        fail(event.message || 'its worker could not be loaded')
      }
      worker.current.postMessage({ id, checkpoint, units, stroke, classes } satisfies ReadRequest)
    } catch (error) {
      fail(String(error))
    }
  }, [checkpoint, stroke, classes])
  return answer
}
