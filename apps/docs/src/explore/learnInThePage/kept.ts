import { del, get, set } from 'idb-keyval'
import type { Curve } from './curve.ts'
import type { Drawing } from './training/samples.ts'

/** What stays in the browser when the page is closed. */
export interface Kept {
  readonly version: typeof version
  readonly units: number
  readonly learningRate: number
  /** Names of the reader's own classes. */
  readonly names: readonly string[]
  readonly drawings: readonly Drawing[]
  readonly curve: Curve
  /** A `.pt` file of the run; null before the first report. */
  readonly checkpoint: Uint8Array<ArrayBuffer> | null
}

/** The version of what is written here. Other versions of the page may have written another: it is not read. */
export const version = 1
const key = 'unroll/learn-in-the-page'

/** Null where nothing is kept. Rejects where the browser keeps nothing, as some do in private windows. */
export async function readKept(): Promise<Kept | null> {
  const kept = await get<Kept>(key)
  return kept?.version === version ? kept : null
}

// Where there is no IndexedDB, idb-keyval throws at once: async functions reject.
export async function keep(kept: Kept): Promise<void> {
  await set(key, kept)
}

export async function forget(): Promise<void> {
  await del(key)
}
