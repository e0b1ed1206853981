import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    full: boolean
  }
}

/** Whether everything is tried, as continuous integration asks by CHECK_FULL=1, or what 15 minutes have room for. */
export const isFull: boolean = inject('full')

/** All of a list, or so many of it, spread evenly, where not everything is tried. */
export function some<Item>(list: readonly Item[], most: number): readonly Item[] {
  if (isFull || list.length <= most) return list
  const step = list.length / most
  return list.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step))
}
