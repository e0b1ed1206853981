import { Embedding, Linear, LSTM, manualSeed, packPaddedSequence, padSequence, tensor } from '@unroll/torch'

manualSeed(0)
const embedding = new Embedding(100, 8, { paddingIdx: 0 })
const lstm = new LSTM(8, 16, { batchFirst: true, bidirectional: true })
const head = new Linear(32, 2)

const sentences = [
  [5, 7],
  [12, 3, 44, 9, 2],
  [8, 61, 2],
] // numbers of words
const words = sentences.map((sentence) => tensor(sentence, { dtype: 'int64' }))
const lengths = sentences.map(({ length }) => length)
const embedded = embedding.forward(padSequence(words, { batchFirst: true })) // (3, 5, 8)

const packed = packPaddedSequence(embedded, lengths, { batchFirst: true, enforceSorted: false })
const [, [hn]] = lstm.forward(packed) // (2, 3, 16): both directions
const last = hn.transpose(0, 1).flatten(1) // (3, 32)
console.log(head.forward(last).softmax(1)) // one row per sentence, in the given order
