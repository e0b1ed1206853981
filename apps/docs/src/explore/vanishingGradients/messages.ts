import type { Flows } from './flows.ts'
import type { Settings } from './settings.ts'

/** What the page asks of its worker. */
export type Request = Settings

export type Answer =
  | { readonly type: 'computed'; readonly flows: Flows; readonly milliseconds: number }
  | { readonly type: 'failed'; readonly message: string }
