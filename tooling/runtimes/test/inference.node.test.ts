/// <reference types="node" />
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { browserNames } from '@unroll/browser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleOf } from './bundleOf.ts'
import { pageOf } from './pageOf.ts'

interface Inferred {
  readonly engine: string
  readonly results: readonly (readonly number[])[]
}

interface Program {
  readonly infer: (engine: string) => Inferred
  readonly inferAll: () => readonly Inferred[]
  readonly trainAll: () => readonly (readonly (string | null)[])[]
  readonly useWasmModule: (module: WebAssembly.Module) => void
}

const conditions = ['unroll-inference']
const scripts = { whole: '', inference: '' }
let folder = ''

beforeAll(async () => {
  scripts.whole = await bundleOf('inference.js', { minify: true })
  scripts.inference = await bundleOf('inference.js', { minify: true, conditions })
  folder = await mkdtemp(join(tmpdir(), 'unroll-inference-'))
  for (const [name, text] of Object.entries(scripts)) await writeFile(join(folder, `${name}.js`), text)
})
afterAll(() => rm(folder, { recursive: true }))

function programOf(script: string): Program {
  // Values of another context have other prototypes; JSON gives them ours.
  const context = createContext({ console })
  runInContext(script, context)
  const { program } = context
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
  return {
    ...program,
    infer: (engine) => plain(program.infer(engine)) as Inferred,
    inferAll: () => plain(program.inferAll()) as Inferred[],
    trainAll: () => plain(program.trainAll()) as (string | null)[][],
  }
}

/** What `backward`, Adam and SGD say, on each of three engines. */
const leftOut = Array.from({ length: 3 }, () =>
  Array.from({ length: 3 }, () => expect.stringMatching(/^Error: training is left out .*"unroll-inference"/)),
)
const trained = Array.from({ length: 3 }, () => [null, null, null])

describe('a bundle with the condition unroll-inference', () => {
  it('computes, bit by bit, what the whole packages do, on every engine', () => {
    const want = programOf(scripts.whole).inferAll()
    expect(want.map(({ engine }) => engine)).toEqual(['reference', 'wasm', 'wasm'])
    expect(programOf(scripts.inference).inferAll()).toEqual(want)
  })

  it('says where training is, which the whole packages have', () => {
    expect(programOf(scripts.whole).trainAll()).toEqual(trained)
    expect(programOf(scripts.inference).trainAll()).toEqual(leftOut)
  })

  it('has none of the code for it, and a smaller binary', () => {
    expect(scripts.inference.length).toBeLessThan(scripts.whole.length - 45_000)
    expect(scripts.whole).toContain('adamF32')
    expect(scripts.inference).not.toContain('adamF32')
  })

  it.each(['simd', 'relaxed-simd'])('runs a module of the file %s.wasm', async (variant) => {
    const url = new URL(`../../../packages/kernels/dist/${variant}.wasm`, import.meta.url)
    const program = programOf(scripts.inference)
    program.useWasmModule(await WebAssembly.compile(await readFile(url)))
    const { results } = program.infer('wasm')
    const want = programOf(scripts.whole).infer(variant === 'simd' ? 'wasm simd' : 'wasm')
    expect(results).toEqual(want.results)
  })

  it('is what Node takes with the same condition', () => {
    const program = fileURLToPath(new URL('programs/inference.js', import.meta.url))
    const code = `await import(${JSON.stringify(pathToFileURL(program).href)})
      console.log(JSON.stringify(globalThis.program.trainAll()))`
    const args = [...conditions.map((name) => `--conditions=${name}`), '--input-type=module', '--eval', code]
    expect(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))).toEqual(leftOut)
  })
})

describe.each(browserNames)('in %s', (browser) => {
  const opened = pageOf(browser, () => folder)

  it('it computes the same, with threads too, and says the same', async (context) => {
    const page = opened(context)
    const call = async (script: string, name: string): Promise<unknown> =>
      Reflect.get(Object(await page.call('call', `/files/bundles/${script}.js`, name)), 'value')
    const whole = await call('whole', 'inferAll')
    const onThreads = await call('whole', 'inferOnThreads')
    expect(onThreads).toMatchObject({ threads: 2 })
    expect(await call('inference', 'trainAll')).toEqual(leftOut)
    expect(await call('inference', 'inferAll')).toEqual(whole)
    expect(await call('inference', 'inferOnThreads')).toEqual(onThreads)
  })
})
