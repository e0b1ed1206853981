import { ones, packSequence } from '@unroll/torch'

const sequences = [ones(2, 4), ones(5, 4), ones(3, 4)]
try {
  packSequence(sequences)
} catch (error) {
  console.log(String(error))
}

const packed = packSequence(sequences, { enforceSorted: false })
console.log('sorted by us:', packed.sortedIndices?.toArray())

const sorted = packSequence(sequences.toSorted((a, b) => b.size(0) - a.size(0)))
console.log('sorted by you:', sorted.sortedIndices)
