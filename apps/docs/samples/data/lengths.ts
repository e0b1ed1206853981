import {
  DataLoader,
  GRU,
  LengthBatchSampler,
  manualSeed,
  packCollate,
  padCollate,
  randn,
} from '@unroll/torch'

manualSeed(0)
const samples = [5, 30, 6, 28, 4, 31].map((length, label) => [randn([length, 3]), label] as const)

for (const [padded, lengths, labels] of new DataLoader(samples, { batchSize: 3, collate: padCollate() })) {
  console.log(padded.shape, lengths.toArray(), labels.toArray())
}

const similar = new LengthBatchSampler(
  samples.map(([x]) => x.size(0)),
  3,
)
const gru = new GRU(3, 8)
for (const [packed, labels] of new DataLoader(samples, { batchSampler: similar, collate: packCollate() })) {
  const [, hn] = gru.forward(packed)
  console.log(packed.data.shape, labels.toArray(), hn.shape)
}
