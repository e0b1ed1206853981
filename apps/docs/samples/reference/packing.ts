import { GRU, manualSeed, packPaddedSequence, padPackedSequence, padSequence, randn } from '@unroll/torch'

manualSeed(0)
const sequences = [randn(2, 4), randn(5, 4), randn(3, 4)] // lengths 2, 5, 3
const padded = padSequence(sequences) // (5, 3, 4)
const packed = packPaddedSequence(padded, [2, 5, 3], { enforceSorted: false })
console.log('rows', packed.data.shape[0], 'batch sizes', packed.batchSizes)

const [output] = new GRU(4, 6).forward(packed)
const [unpacked, lengths] = padPackedSequence(output)
console.log('output', unpacked.shape, 'lengths', lengths)
