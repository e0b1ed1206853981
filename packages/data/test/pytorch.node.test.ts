import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { drawLoaderCase } from './drawLoaderCase.ts'
import { runLoader } from './loaderCase.ts'

const python = process.env['PYTHON'] ?? 'python3'
const torch = spawnSync(python, ['-c', 'import torch']).status === 0

/** Reads a list of cases, and prints what PyTorch's loaders give. */
const script = `
import json, sys
sys.path.insert(0, sys.argv[1])
from data_fixtures import run
print(json.dumps([run(case) for case in json.load(sys.stdin)]))
`

describe.skipIf(!torch)('50 drawn loaders, in PyTorch and here (skipped where python3 has no torch)', () => {
  it('give the same batches, and leave all generators in the same state', () => {
    const cases = Array.from({ length: 50 }, (_, i) => drawLoaderCase(i))
    const oracle = fileURLToPath(new URL('../../../tooling/oracle', import.meta.url))
    const input = JSON.stringify(cases)
    const output = execFileSync(python, ['-c', script, oracle], { encoding: 'utf8', input })
    const wanted: readonly unknown[] = JSON.parse(output)
    for (const [i, spec] of cases.entries()) expect(runLoader(spec), JSON.stringify(spec)).toEqual(wanted[i])
  })
})
