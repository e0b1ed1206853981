/** The messages between page and worker. A worker serves one request, then the page ends it. */
import type { BenchCase } from '../cases/recurrentCases.ts'
import type { Made } from '../contenders/makeContenders.ts'
import type { PeerFiles } from '../contenders/pageContenders.ts'
import type { Comparison, Step } from '../measure/compareRecurrent.ts'
import type { Effort } from '../measure/rounds.ts'
import type { ContenderName } from '../result/environment.ts'

export interface Request {
  readonly contenders: readonly string[]
  readonly threads: number
  readonly files: PeerFiles
  readonly work: Work
}

export type Work =
  /** Says who can take part. */
  | { readonly kind: 'introduce' }
  | { readonly kind: 'compare'; readonly benchCase: BenchCase; readonly effort: Effort }
  /** How much memory the only contender holds after a call. */
  | { readonly kind: 'memory'; readonly benchCase: BenchCase }

export interface Introduction {
  readonly contenders: readonly ContenderName[]
  readonly missing: readonly string[]
  readonly failed: Made['failed']
  /** The instructions that make the roof. */
  readonly roof: string
  /** The step of the worker's clock, in ms. */
  readonly clockMs: number
}

export type Reply =
  | { readonly kind: 'introduction'; readonly introduction: Introduction }
  | { readonly kind: 'comparisons'; readonly comparisons: readonly Comparison[] }
  | { readonly kind: 'memory'; readonly bytes: number }
  | { readonly kind: 'thrown'; readonly message: string }

export type Message = Reply | { readonly kind: 'step'; readonly step: Step | Starting }

/** A contender is loaded and started. */
export interface Starting {
  readonly doing: 'start'
  readonly contender: string
}
