import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { load, loadWeights, savePt, saveSafetensors } from '../src/index.ts'
import expected from './fixtures/expected.json' with { type: 'json' }

const python = process.env['PYTHON'] ?? 'python3'
const torch = spawnSync(python, ['-c', 'import torch']).status === 0
const folder = mkdtempSync(join(tmpdir(), 'unroll-weights-'))
afterAll(() => rmSync(folder, { recursive: true }))

const cases: readonly { readonly file: string; readonly load?: unknown }[] = expected.cases
const loadable = cases.filter((one) => 'load' in one)

/** Loads every file named in its arguments, and prints what it holds, with weights_only on and off. */
const script = `
import json, sys
sys.path.insert(0, sys.argv[1])
import torch
from weights_fixtures import Encoder
for path in sys.argv[2:]:
    print(json.dumps([Encoder().value(torch.load(path, weights_only=flag)) for flag in (True, False)]))
    torch.load(path, mmap=True)
`

describe.skipIf(!torch)('files of savePt in PyTorch (skipped where python3 has no torch)', () => {
  it('load with weights_only on and off, and mapped into memory, as what was saved', async () => {
    const paths: string[] = []
    for (const { file } of loadable) {
      const path = join(folder, `${file}.pt`)
      writeFileSync(path, savePt(await load(new URL(`./fixtures/${file}`, import.meta.url))))
      paths.push(path)
    }
    const oracle = fileURLToPath(new URL('../../../tooling/oracle', import.meta.url))
    const output = execFileSync(python, ['-c', script, oracle, ...paths], { encoding: 'utf8' })
    const got = output
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    for (const [i, one] of loadable.entries()) {
      const want = typeof one.load === 'string' ? cases.find(({ file }) => file === one.load)?.load : one.load
      expect(got[i], one.file).toEqual([want, want])
    }
  })
})

describe('saveSafetensors', () => {
  it.each([
    ['dtypes.safetensors', { format: 'pt', note: 'ünïcode' }],
    ['lstm.safetensors', undefined],
    ['nothing.safetensors', undefined],
  ])('gives the bytes of %s', async (file, metadata) => {
    const url = new URL(`./fixtures/${file}`, import.meta.url)
    const bytes = saveSafetensors(await loadWeights(url), metadata ? { metadata } : {})
    expect(Buffer.compare(bytes, readFileSync(url))).toBe(0)
  })
})
