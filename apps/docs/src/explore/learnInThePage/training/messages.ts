import type { Point } from '../curve.ts'
import type { RunSettings } from './gestureRun.ts'
import type { Drawing } from './samples.ts'

/** What the page asks of its worker: first to train, then what may change meanwhile. */
export type Request =
  | TrainRequest
  | { readonly type: 'learningRate'; readonly learningRate: number }
  | { readonly type: 'pause' }

export interface TrainRequest {
  readonly type: 'train'
  readonly settings: RunSettings
  /** The reader's drawings, besides those of the page. */
  readonly drawings: readonly Drawing[]
  /** A file to go on from; null to start anew. */
  readonly checkpoint: Uint8Array | null
}

/** What the worker answers. After `paused` and `failed` nothing comes any more. */
export type Answer =
  | { readonly type: 'started'; readonly engine: string }
  | Progress
  | { readonly type: 'paused' }
  | { readonly type: 'failed'; readonly message: string }

/** How far the run is, and all that was learned: whatever happens next, it goes on from here. */
export interface Progress {
  readonly type: 'progress'
  readonly point: Point
  /** A `.pt` file. */
  readonly checkpoint: Uint8Array<ArrayBuffer>
}
