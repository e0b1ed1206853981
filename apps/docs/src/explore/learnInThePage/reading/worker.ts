import type { Stroke } from '../stroke.ts'
import { GestureReader } from './gestureReader.ts'

/** A drawing to read. Each has one answer, in the order in which they came. */
export interface ReadRequest {
  /** Given back with the answer. */
  readonly id: number
  /** The weights to read with: a checkpoint of the run, and the hidden units of its model. */
  readonly checkpoint: Uint8Array
  readonly units: number
  readonly stroke: Stroke
  readonly classes: number
}

export interface ReadAnswer {
  readonly id: number
  /** How probable each class is; null of a dot. */
  readonly probabilities: readonly number[] | null
  /** Why there are none. */
  readonly problem: string | null
}

const reader = new GestureReader()
let last: Promise<void> = Promise.resolve()

self.onmessage = ({ data }: MessageEvent<ReadRequest>) => {
  last = last.then(() => answer(data))
}

async function answer({ id, checkpoint, units, stroke, classes }: ReadRequest): Promise<void> {
  const post = (answer: ReadAnswer): void => self.postMessage(answer)
  try {
    post({ id, probabilities: await reader.read(checkpoint, units, stroke, classes), problem: null })
  } catch (error) {
    post({ id, probabilities: null, problem: String(error) })
  }
}
