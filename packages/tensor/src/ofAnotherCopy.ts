/** The end of messages where an object looks like one of ours and is not: two copies of the package are installed. */
export const ofAnotherCopy =
  'of another copy of @unroll/tensor; let every package use the same one (npm ls @unroll/tensor, npm dedupe)'
