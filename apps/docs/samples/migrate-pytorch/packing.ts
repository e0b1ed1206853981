import { LSTM, manualSeed, packPaddedSequence, padPackedSequence, padSequence, randn } from '@unroll/torch'

manualSeed(0)
const sequences = [randn(2, 3), randn(5, 3), randn(3, 3)]
const lengths = sequences.map((sequence) => sequence.size(0))
const padded = padSequence(sequences, { batchFirst: true, paddingValue: 0 })

const packed = packPaddedSequence(padded, lengths, { batchFirst: true, enforceSorted: false })
const lstm = new LSTM(3, 4, { batchFirst: true })
const [packedOutput, [hn]] = lstm.forward(packed)
const [output, outputLengths] = padPackedSequence(packedOutput, { batchFirst: true })

console.log(packed.batchSizes)
console.log(output.shape, outputLengths)
console.log(hn)
