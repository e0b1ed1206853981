/// <reference types="node" />
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fixtures from '@unroll/oracle/fixtures/optim_files.json'
import { type EncodedArray, seededBits } from '@unroll/testing'
import { savePt } from '@unroll/torch'
import { afterAll, describe, expect, it } from 'vitest'
import { elementsOf, type FileCase, fileOf, type Resumed, resume, tenSteps } from './optimizerFiles.ts'

const python = process.env['PYTHON'] ?? 'python3'
const torch = spawnSync(python, ['-c', 'import torch']).status === 0
const oracle = fileURLToPath(new URL('../../../tooling/oracle', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'unroll-optim-'))
afterAll(() => rmSync(folder, { recursive: true }))

const cases: readonly FileCase[] = fixtures.cases

/** Goes on from each checkpoint for ten steps. Loading runs all that PyTorch checks about a state dict. */
const script = `
import json, sys
sys.path.insert(0, sys.argv[1])
import torch
from common import encode
from optim_fixtures import bits, draw
for path, kind in zip(sys.argv[2::2], sys.argv[3::2]):
    checkpoint = torch.load(path, weights_only=True)
    params = [torch.nn.Parameter(param) for param in checkpoint["params"]]
    named = "param_names" in checkpoint["optimizer"]["param_groups"][0]
    optimizer = getattr(torch.optim, kind)([("first", params[0]), ("second", params[1])] if named else params)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [])
    optimizer.load_state_dict(checkpoint["optimizer"])
    schedule.load_state_dict(checkpoint["schedule"])
    # What SequentialLR asks of it, which needs milestones to be a Counter.
    schedule._get_closed_form_lr()
    source = bits(12)
    for step in range(10):
        for param in params:
            param.grad = draw(source, param.shape, torch.float32)
        optimizer.step()
        schedule.step()
    print(json.dumps({"params": [encode(param) for param in params], "lr": optimizer.param_groups[0]["lr"]}))
`

describe.skipIf(!torch)('our checkpoints in PyTorch (skipped where python3 has no torch)', () => {
  it('go on there as they do here', async () => {
    const running: Resumed[] = []
    const files: string[] = []
    for (const [index, one] of cases.entries()) {
      const resumed = await resume(one, fileOf(one))
      tenSteps(resumed)
      const { params, optimizer, schedule } = resumed
      const checkpoint = { params, optimizer: optimizer.stateDict(), schedule: schedule.stateDict() }
      const path = join(folder, `${index}.pt`)
      writeFileSync(path, savePt(checkpoint))
      files.push(path, one.optimizer)
      running.push(resumed)
    }
    const output = execFileSync(python, ['-c', script, oracle, ...files], { encoding: 'utf8' })
    const lines = output.trim().split('\n')
    expect(lines).toHaveLength(cases.length)
    for (const [index, resumed] of running.entries()) {
      const want: { readonly params: readonly EncodedArray[]; readonly lr: number } = JSON.parse(
        lines[index] ?? '',
      )
      tenSteps({ ...resumed, bits: seededBits(12) })
      for (const [position, param] of resumed.params.entries()) {
        expect(param.data, cases[index]?.name).toBeAllclose(elementsOf(want.params[position]))
      }
      expect(resumed.optimizer.paramGroups[0]?.lr).toBeCloseTo(want.lr, 15)
    }
  })
})
