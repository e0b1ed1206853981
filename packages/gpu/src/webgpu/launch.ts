import type { Handle } from '../gpujs/types.ts'

/** Launches a kernel with a thread for each of `rows` by `columns` results. Returns what stands for them. */
export type Launch = (
  source: string,
  size: { readonly rows: number; readonly columns: number },
  args: readonly (Handle | number)[],
) => Handle
