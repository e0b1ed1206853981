/** Folders of the packages in the reference, in its order; @unroll/torch exports what they do. */
export const packageNames = [
  'sequence',
  'cells',
  'nn',
  'tensor',
  'optim',
  'data',
  'weights',
  'kernels',
  'gpu',
] as const
