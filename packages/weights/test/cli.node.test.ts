import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ones, type Tensor, zeros } from '@unroll/tensor'
import { afterAll, describe, expect, it } from 'vitest'
import { options, runCli } from '../src/cli/runCli.ts'
import { loadWeights, savePt } from '../src/index.ts'
import { call, checkpoint, dict, tensor, text } from './support/torchBuilder.ts'

const folder = mkdtempSync(join(tmpdir(), 'unroll-weights-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(...args: readonly string[]): Promise<Outcome> {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await runCli(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    progress: null,
    version: '1.2.3',
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

function fixture(file: string): string {
  return fileURLToPath(new URL(`./fixtures/${file}`, import.meta.url))
}

function saved(name: string, weights: Readonly<Record<string, Tensor>>): string {
  const path = join(folder, name)
  writeFileSync(path, savePt(new Map(Object.entries(weights))))
  return path
}

describe('inspect', () => {
  it('shows names, sizes, sharing, metadata, modules and the names of the pickle', async () => {
    const { code, out } = await run('inspect', fixture('lstm-protocol2.pt'))
    expect(code).toBe(0)
    expect(out).toMatch(/lstm-protocol2\.pt: zip, [\d.]+ kB\nversion 3, byteorder little/)
    expect(out).toMatch(/weight_ih_l0 +float32 +\(16, 3\) +192 B/)
    expect(out).toContain('(no prefix)  LSTM(3, 4, { numLayers: 2, bidirectional: true })')
    expect(out).toMatch(/torch\._utils\._rebuild_tensor_v2 +allowed/)
    expect((await run('inspect', fixture('views.pt'))).out).toMatch(/Shared memory\nbase = grid = permuted/)
  })

  it('prints JSON for programs', async () => {
    const { out } = await run('inspect', '--json', fixture('lstm.safetensors'))
    const found: unknown = JSON.parse(out)
    expect(found).toMatchObject({
      format: 'safetensors',
      safe: true,
      modules: [{ kind: 'LSTM', hiddenSize: 3 }],
    })
    expect(found).toHaveProperty('tensors.0.storage.byteLength')
  })

  it('shows what loadWeights leaves out, and why', async () => {
    const path = join(folder, 'sparse.pt')
    const sparse = call('torch._utils', '_rebuild_sparse_tensor', text('coo'))
    writeFileSync(path, checkpoint(dict({ w: tensor(), adj: sparse })))
    const { code, out } = await run('inspect', path)
    expect(code).toBe(0)
    expect(out).toMatch(/Left out\nadj +a sparse tensor +save tensor\.to_dense\(\)/)
    expect(JSON.parse((await run('inspect', '--json', path)).out)).toMatchObject({
      leftOut: [{ name: 'adj' }],
    })
  })

  it('shows what is dangerous, and exits with 1', async () => {
    const path = join(folder, 'evil.pt')
    writeFileSync(path, checkpoint(dict({ w: tensor(), 'x\u001b[2J': call('os', 'system', text('true')) })))
    const { code, out } = await run('inspect', path)
    expect(code).toBe(1)
    expect(out).toMatch(/The pickle names \(DANGEROUS\)/)
    expect(out).toMatch(/os\.system +dangerous/)
    expect(out).not.toContain('\u001b')
  })
})

describe('convert', () => {
  it('writes safetensors and .pt files that hold the same', async () => {
    const [a, b] = [join(folder, 'a.safetensors'), join(folder, 'b.pt')]
    expect((await run('convert', fixture('model.pth'), a)).code).toBe(0)
    expect((await run('convert', a, b)).code).toBe(0)
    expect(await run('diff', fixture('model.pth'), b)).toMatchObject({ code: 0 })
  })

  it('replaces a file only if told to', async () => {
    const path = saved('there.pt', { a: ones([1]) })
    const before = readFileSync(path)
    expect(await run('convert', fixture('model.pth'), path)).toMatchObject({ code: 2 })
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(await run('convert', '--force', fixture('model.pth'), path)).toMatchObject({ code: 0 })
    // A file can also be replaced by itself, because it is read first.
    expect(await run('convert', '--force', path, path)).toMatchObject({ code: 0 })
    expect(await run('diff', fixture('model.pth'), path)).toMatchObject({ code: 0 })
  })

  it('converts halves exactly', async () => {
    const path = join(folder, 'wide.pt')
    await run('convert', '--dtype', 'float32', fixture('model-bfloat16.pt'), path)
    const [narrow, wide] = [await loadWeights(fixture('model-bfloat16.pt')), await loadWeights(path)]
    for (const [name, weight] of narrow) {
      expect(wide.get(name)?.dtype).toBe('float32')
      expect(wide.get(name)?.toArray()).toEqual(weight.toArray())
    }
  })
})

describe('convert, of what the other format cannot hold,', () => {
  it('says so in one line and writes nothing', async () => {
    const path = join(folder, 'none.safetensors')
    const weights = saved('metadata.pt', { __metadata__: ones([1]) })
    expect(await run('convert', weights, path)).toEqual({
      code: 1,
      out: '',
      err: `cannot write ${path}: saveSafetensors: no tensor can be called __metadata__`,
    })
    expect(existsSync(path)).toBe(false)
  })
})

describe('diff', () => {
  it('tells names, dtypes, shapes and values that differ', async () => {
    const a = saved('left.pt', { same: ones([2]), value: zeros([3]), shape: ones([2]), left: ones([1]) })
    const b = saved('right.pt', {
      same: ones([2]),
      value: ones([3]),
      shape: ones([3]),
      right: ones([1], { dtype: 'int64' }),
    })
    const { code, out } = await run('diff', a, b)
    expect(code).toBe(1)
    expect(out.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      'value values 3 of 3, by up to 1.00',
      'shape shape (2,), (3,)',
      'left only in A float32 (1,)',
      'right only in B int64 (1,)',
    ])
    const { out: json } = await run('diff', '--json', a, b)
    expect(JSON.parse(json)).toMatchObject({ equal: false, differences: { length: 4 } })
  })
})

describe('exit codes', () => {
  it.each([
    ['nothing', []],
    ['an unknown command', ['frobnicate', 'x']],
    ['a missing file', ['diff', 'x']],
    ['an unknown option', ['inspect', '--frob', 'x']],
    ['an unknown output', ['convert', 'x.pt', 'y.onnx']],
    ['an unknown dtype', ['convert', '--dtype', 'int8', 'x.pt', 'y.pt']],
  ])('are 2 for %s', async (_, args) => {
    expect(await run(...args)).toMatchObject({ code: 2, out: '' })
  })

  it('are 1 for a file that is not there or refused', async () => {
    for (const file of [join(folder, 'missing.pt'), fixture('quantized.pt')]) {
      expect(await run('convert', file, join(folder, 'out.pt'))).toMatchObject({ code: 1, out: '' })
    }
    expect(existsSync(join(folder, 'out.pt'))).toBe(false)
    expect(await run('inspect', fixture('quantized.pt'))).toMatchObject({ code: 1 })
  })

  it('are 0 for help, which names every command and option, and for the version', async () => {
    const help = await run('--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(await run('-h', 'inspect')).toEqual(help)
    const named = [
      'inspect FILE',
      'convert IN OUT',
      'diff A B',
      ...Object.keys(options).map((option) => `--${option}`),
    ]
    for (const name of named) expect(help.out).toContain(name)
    for (const { short } of Object.values(options).filter((option) => 'short' in option)) {
      expect(help.out).toContain(` -${short},`)
    }
    expect(await run('--version')).toEqual({ code: 0, out: '1.2.3', err: '' })
  })
})

describe('progress', () => {
  it('of a large file is shown where somebody looks at stderr, and cleared', async () => {
    const path = saved('large.pt', { big: zeros([10_000_000]) })
    const lines: string[] = []
    const terminal = {
      out: (): void => undefined,
      err: (): void => undefined,
      progress: (line: string) => lines.push(line),
      version: '1.2.3',
    }
    expect(await runCli(['diff', path, path], terminal)).toBe(0)
    expect(lines[0]).toMatch(/large\.pt: [\d.]+ k?M?B of 40\.0 MB, \d+ %/)
    expect(lines.at(-1)).toBe('')
  })
})
