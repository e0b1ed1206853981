import { DataLoader, Generator, manualSeed, randint, randn, randomSplit, TensorDataset } from '@unroll/torch'

manualSeed(0)
const samples = new TensorDataset(randn([10, 20, 3]), randint(2, [10])) // 10 sequences, 10 labels
const [train, test] = randomSplit(samples, [0.8, 0.2], { generator: new Generator().manualSeed(1) })
if (!train || !test) throw new Error('expected two parts')
console.log(train.length, test.length)

const loader = new DataLoader(train, { batchSize: 3, shuffle: true })
for (const [x, labels] of loader) console.log(x.shape, labels.toArray())
