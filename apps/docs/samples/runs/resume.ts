import {
  AdamW,
  crossEntropy,
  DataLoader,
  defaultGenerator,
  Linear,
  loadCheckpoint,
  manualSeed,
  randint,
  randn,
  StepLR,
  saveCheckpoint,
  TensorDataset,
} from '@unroll/torch'

manualSeed(0)
const samples = new TensorDataset(randn([64, 10]), randint(3, [64]))

function newRun() {
  const model = new Linear(10, 3)
  const optimizer = new AdamW(model.parameters(), { lr: 0.1 })
  const scheduler = new StepLR(optimizer, 2, { gamma: 0.5 })
  const loader = new DataLoader(samples, { batchSize: 16, shuffle: true })
  return { model, optimizer, scheduler, loader, generator: defaultGenerator() }
}

function train({ model, optimizer, scheduler, loader }: ReturnType<typeof newRun>, epochs: number): number {
  let last = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [x, labels] of loader) {
      const loss = crossEntropy(model.forward(x), labels)
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
      last = loss.item()
    }
    scheduler.step()
  }
  return last
}

const run = newRun()
train(run, 2)
const bytes = saveCheckpoint({ ...run, note: 'after 2 epochs' })
const loss = train(run, 3)
console.log(loss.toFixed(4))

const again = newRun() // in another process, or after a reload
const rest = await loadCheckpoint(bytes, again)
console.log(rest.get('note'))
console.log(train(again, 3) === loss) // the same bits
