import { packPaddedSequence, padSequence, tensor } from '@unroll/torch'

const a = tensor([11, 12]) // 2 timesteps
const b = tensor([21, 22, 23, 24, 25]) // 5
const c = tensor([31, 32, 33]) // 3

const padded = padSequence([a, b, c], { batchFirst: true }) // (N, L) = (3, 5)
console.log(padded)

const packed = packPaddedSequence(padded, [2, 5, 3], { batchFirst: true, enforceSorted: false })
console.log('data', packed.data.toArray())
console.log('batchSizes', packed.batchSizes.toArray())
console.log('sortedIndices', packed.sortedIndices?.toArray())
