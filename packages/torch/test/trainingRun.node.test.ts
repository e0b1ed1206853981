/// <reference types="node" />
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadCheckpoint, saveCheckpoint } from '@unroll/torch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Run } from './trainingRun.ts'

const python = process.env['PYTHON'] ?? 'python3'
const torch = spawnSync(python, ['-c', 'import torch']).status === 0

/** The steps of 15 epochs, after which files go from one side to the other. */
const EPOCHS = 15 * 7

/** The run of trainingRun.ts in PyTorch: whole in both dtypes; on from our file; and with a file for us after 15 epochs. */
const script = `
import json, sys
import torch
from torch import nn
torch.set_num_threads(1)

class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 16, 2, dropout=0.3, batch_first=True)
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        return self.head(self.lstm(x)[1][0][-1])

class Run:
    def __init__(self, seed):
        torch.manual_seed(seed)
        x, labels = torch.rand(52, 6, 5), torch.randint(3, (52,))
        self.model = Classifier()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-2)
        self.schedule = torch.optim.lr_scheduler.StepLR(self.optimizer, 30, gamma=0.7)
        self.data = [x, labels]
        self.steps = self.train()

    def losses(self, count):
        return [next(self.steps) for _ in range(count)]

    def train(self):
        dataset = torch.utils.data.TensorDataset(*self.data)
        loader = torch.utils.data.DataLoader(dataset, batch_size=8, shuffle=True)
        while True:
            for x, labels in loader:
                loss = nn.functional.cross_entropy(self.model(x), labels)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                self.schedule.step()
                yield loss.item()

ours, theirs = sys.argv[1:]
answer = {}
for dtype in ("float32", "float64"):
    torch.set_default_dtype(getattr(torch, dtype))
    answer[dtype] = Run(0).losses(200)

run = Run(1)
run.losses(${EPOCHS})
parts = {"model": run.model, "optimizer": run.optimizer, "schedule": run.schedule}
saved = {name: part.state_dict() for name, part in parts.items()}
torch.save({**saved, "generator": torch.get_rng_state(), "x": run.data[0], "labels": run.data[1]}, theirs)
answer["theirs"] = run.losses(20)

file, run = torch.load(ours, weights_only=True), Run(2)
run.data = [file["x"], file["labels"]]
run.model.load_state_dict(file["model"])
run.optimizer.load_state_dict(file["optimizer"])
run.schedule.load_state_dict(file["schedule"])
torch.set_rng_state(file["generator"])
answer["ours"] = run.losses(20)
print(json.dumps(answer))
`

describe.skipIf(!torch)('training beside PyTorch (skipped where python3 has no torch)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-training-'))
  const [ours, theirs] = [join(folder, 'ours.pt'), join(folder, 'theirs.pt')]
  let want: Readonly<Record<'float32' | 'float64' | 'ours' | 'theirs', readonly number[]>>
  /** The 20 losses after those whose checkpoint PyTorch was given. */
  let after: readonly number[]

  beforeAll(() => {
    const run = new Run('float64', 3)
    run.losses(EPOCHS)
    writeFileSync(ours, saveCheckpoint({ ...run.parts, x: run.x, labels: run.labels }))
    after = run.losses(20)
    want = JSON.parse(execFileSync(python, ['-c', script, ours, theirs], { encoding: 'utf8' }))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each([
    ['float32', 1e-4],
    ['float64', 1e-9],
  ] as const)(
    'has the same losses in %s from the same seed, 200 steps with dropout, within %d',
    (dtype, atol) => {
      const losses = new Run(dtype, 0).losses(200)
      expect(losses).toHaveLength(200)
      expect(losses).toBeAllclose(want[dtype], { rtol: 0, atol })
    },
  )

  it('goes on there from our file as it does here', () => {
    expect(after).toHaveLength(20)
    expect(after).toBeAllclose(want.ours, { rtol: 0, atol: 1e-9 })
  })

  it("goes on here from PyTorch's file as it does there", async () => {
    const run = new Run('float64', 2)
    const { loader, ...parts } = run.parts
    const rest = await loadCheckpoint(readFileSync(theirs), parts)
    run.take(rest.get('x'), rest.get('labels'))
    expect(loader.epoch).toBe(0)
    expect(run.losses(20)).toBeAllclose(want.theirs, { rtol: 0, atol: 1e-9 })
  })
})
