/** The end of a message about an object that looks like ours but is not, because two copies of the package are installed. */
export const ofAnotherCopy =
  'of another copy of @unroll/tensor; let every package use the same one (npm ls @unroll/tensor, npm dedupe)'
