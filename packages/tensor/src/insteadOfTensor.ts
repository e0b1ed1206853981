import { describeValue } from '@unroll/kernels'
import { isTensorClone } from './clone.ts'
import { ofAnotherCopy } from './ofAnotherCopy.ts'

/** The end of an error message: what was given instead of a tensor, and the remedy. */
export function insteadOfTensor(value: unknown): string {
  if (isTensorClone(value)) {
    return 'got a clone of a tensor, which has no methods; make it a tensor again with tensor(clone)'
  }
  const got = `got ${describeValue(value)}`
  if (Array.isArray(value) && looksLikeTensor(value[0])) {
    return `${got}, the first of them a tensor; recurrent layers return [output, hn]: take the first, or put a SelectOutput behind the layer`
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value) || typeof value === 'number') {
    return `${got}; make it one with tensor(...)`
  }
  if (looksLikeTensor(value)) {
    return `got a Tensor ${ofAnotherCopy}`
  }
  return got
}

/** True for tensors of any copy of this package. */
function looksLikeTensor(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'storage' in value &&
    'strides' in value &&
    'dtype' in value
  )
}
