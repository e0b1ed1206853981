import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reference, setDefaultEngine, setNumThreads } from '@unroll/kernels'
import { Linear, Module } from '@unroll/nn'
import { LSTM, packSequence } from '@unroll/sequence'
import { ones, rand, randn, tensor } from '@unroll/tensor'
import { shownIn, withChecks } from '@unroll/testing/shownValues'
import { savePt, saveSafetensors } from '@unroll/weights'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { printedBy } from '../scripts/printedBy.ts'
import { format } from '../src/live/format.ts'
import { packages } from '../src/live/packages.ts'
import { type Example, examplesIn, examplesInDocstrings, namesIn } from './docstrings.ts'

/** Examples that no test can run, with the reason. */
const notRun: Readonly<Record<string, string>> = {
  'packages/gpu/src/createGpu.ts createGpu':
    'needs a GPU; the README of @unroll/gpu has its like, which runs in Chromium',
  'packages/kernels/src/wasm/useWasmModule.ts useWasmModule':
    'Node gives no module for its import; pnpm runtimes runs it on workerd',
}

class Classifier extends Module {
  lstm = new LSTM(10, 20)
  head = new Linear(20, 3)
}

/** What examples speak of without making it. */
function given(): Readonly<Record<string, unknown>> {
  const sizes = {
    mode: 'RNN_TANH',
    inputSize: 1,
    hiddenSize: 1,
    projSize: 0,
    numLayers: 1,
    bidirectional: false,
  } as const
  const [one, none] = [Float32Array.of(1), { biasIh: null, biasHh: null, weightHr: null }]
  return {
    lstm: new LSTM(10, 20),
    model: new Classifier(),
    x: randn([5, 3, 10]),
    input: randn([5, 3, 10]),
    weights: new LSTM(10, 20).stateDict(),
    weight: ones([2], { requiresGrad: true }),
    packed: packSequence([randn([3, 10]), randn([2, 10])]),
    // A stream.
    frames: [Float32Array.of(0.5), Float32Array.of(-0.5)],
    play: () => {},
    // An engine's call.
    engine: reference,
    spec: sizes,
    directions: [{ weightIh: ones([1, 1]), weightHh: ones([1, 1]), ...none }],
    packedWeights: reference.pack({ ...sizes, dtype: 'float32' }, [
      { weightIh: one, weightHh: one, ...none },
    ]),
    call: { input: Float32Array.of(1, 2), batchSizes: Int32Array.of(1, 1), h0: null, c0: null },
    dOutput: Float32Array.of(1, 1),
    // A layer of Keras, and a node of ONNX.
    kernel: rand([3, 20]),
    recurrentKernel: rand([5, 20]),
    bias: rand([20]),
    W: rand([1, 15, 3]),
    R: rand([1, 15, 5]),
    B: rand([1, 30]),
    // The functions of node:fs/promises.
    writeFile,
  }
}

/** Files that examples read. */
async function writeFiles(folder: string): Promise<void> {
  const write = (name: string, bytes: Uint8Array): Promise<void> => writeFile(join(folder, name), bytes)
  await write('model.pt', savePt(new Classifier().stateDict()))
  await write('dataparallel.pt', savePt(new Classifier().stateDict({ prefix: 'module.' })))
  await write(
    'large.safetensors',
    saveSafetensors(new Map([...new LSTM(3, 5).stateDict({ prefix: 'lstm.' }), ['scales', tensor([1, 2])]])),
  )
  await write('broken.pt', Uint8Array.of(1, 2, 3))
  const ofTraining = new URL('../../../packages/weights/test/fixtures/checkpoint.pt', import.meta.url)
  await copyFile(ofTraining, join(folder, 'checkpoint.pt'))
}

/** The code with what it takes as known: the exports of our packages, those of its own first. */
function withImports({ home, code }: Example): string {
  const { declared, used } = namesIn(code)
  const sources = [`@unroll/${home}`, ...Object.keys(packages)]
  const imports = [...used]
    .filter((name) => !declared.has(name))
    .flatMap((name) => {
      const source = sources.find((candidate) => Object.hasOwn(packages[candidate] ?? {}, name))
      return source === undefined ? [] : [`import { ${name} } from '${source}'\n`]
    })
  return imports.join('') + code
}

const examples = examplesInDocstrings()

describe('the example of', () => {
  const before = process.cwd()
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unroll-docstrings-'))
    await writeFiles(folder)
    process.chdir(folder)
  })
  afterEach(async () => {
    vi.unstubAllGlobals()
    setDefaultEngine(null)
    await setNumThreads(1)
  })
  afterAll(async () => {
    process.chdir(before)
    await rm(folder, { recursive: true })
  })

  it.for(examples)('$title runs, and gives what its comments say', async (example, context) => {
    const reason = notRun[example.title]
    if (reason !== undefined) return context.skip(reason)
    for (const [name, value] of Object.entries(given())) vi.stubGlobal(name, value)
    vi.stubGlobal('check', (got: unknown, want: unknown) => expect(format(got)).toBe(format(want)))
    const code = withChecks(example.code)
    const printed = await printedBy(withImports({ ...example, code }))
    const shown = shownIn(code)
    if (shown.length > 0) expect(printed).toBe(shown.map((line) => `${line}\n`).join(''))
  })

  it('is not run only where there is one', () => {
    const titles = examples.map(({ title }) => title)
    expect(Object.keys(notRun).filter((title) => !titles.includes(title))).toEqual([])
  })
})

it('examples are found under tags and in blocks, of whatever a docstring is of', () => {
  const source = `
/**
 * A box.
 *
 * \`\`\`ts
 * new Box().size   // 1
 * \`\`\`
 */
export class Box {
  /**
   * @returns what it holds
   * @example
   * const box = new Box()
   * box.open()
   * @see {@link Box}
   */
  open(): void {}
}
/** No example. */
export const a = 1
/** @example f(1) */
export const f = (x: number): number => x`
  expect(examplesIn(source)).toEqual([
    { name: 'Box', code: 'new Box().size   // 1\n' },
    { name: 'Box.open', code: 'const box = new Box()\nbox.open()\n' },
    { name: 'f', code: 'f(1)\n' },
  ])
})
