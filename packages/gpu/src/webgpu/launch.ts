import type { Handle } from '../gpujs/types.ts'

/** Runs a kernel of `height` by `width` threads over values and numbers; gives its result. */
export type Launch = (
  source: string,
  size: { readonly rows: number; readonly columns: number },
  args: readonly (Handle | number)[],
) => Handle
