import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    full: boolean
  }
}

/** Whether to test everything, as CI does with CHECK_FULL=1, or only what fits into 15 minutes. */
export const isFull: boolean = inject('full')

/** All of a list or, where not everything is tested, at most this many of it, spread evenly. */
export function some<Item>(list: readonly Item[], most: number): readonly Item[] {
  return isFull ? list : spread(list, most)
}

/** At most this many of a list, spread evenly. */
export function spread<Item>(list: readonly Item[], most: number): readonly Item[] {
  if (list.length <= most) return list
  const step = list.length / most
  return list.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step))
}
