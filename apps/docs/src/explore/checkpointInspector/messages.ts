import type { Look } from './lookAt.ts'
import type { Summary } from './readFile.ts'

/** What the page asks of its worker. Files come first; the worker is of these files alone. */
export type Request =
  | { readonly type: 'open'; readonly files: readonly File[]; readonly prefix: string }
  | { readonly type: 'example'; readonly hostile: boolean }
  /** @param rows how many rows a vector is drawn in */
  | { readonly type: 'look'; readonly name: string; readonly rows: number }

export type Answer =
  | { readonly type: 'opened'; readonly summary: Summary }
  | { readonly type: 'progress'; readonly loaded: number; readonly total: number }
  | { readonly type: 'looked'; readonly name: string; readonly look: Look }
  /** Reading would take too much memory. */
  | { readonly type: 'large'; readonly name: string; readonly byteLength: number; readonly most: number }
  /** `name` is null where the file as a whole could not be read. */
  | { readonly type: 'failed'; readonly name: string | null; readonly failure: Failure }

export interface Failure {
  readonly kind: FailureKind
  /** What the reader of checkpoints says, in English. */
  readonly message: string
}

export type FailureKind = 'unsupported' | 'corrupt' | 'unsafe' | 'unreadable' | 'worker' | 'other'
