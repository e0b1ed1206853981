/// <reference types="node" />
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browserNames } from '@unroll/browser'
import { LSTM } from '@unroll/sequence'
import { manualSeed } from '@unroll/tensor'
import { savePt, saveSafetensors } from '@unroll/weights'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleOfCode } from './bundleOf.ts'
import { pageOf } from './pageOf.ts'
import { snippetsOf } from './readmes/snippets.ts'

/** An audio worklet gets frames of 128 samples. */
const samples = 1280
const input = Array.from({ length: samples }, (_, i) => Math.fround(Math.sin(i * 0.05) * Math.cos(i * 0.013)))

manualSeed(0)
const lstm = new LSTM(1, 16, { projSize: 1, numLayers: 2 })

/** What the same stream gives in Node. */
function inNode(): number[] {
  const stream = lstm.stream({ batch: 1 })
  return input.map((sample) => stream.step(Float32Array.of(sample))[0] ?? Number.NaN)
}

/** The processor as the README prints it. */
async function printedEffect(): Promise<string> {
  const path = 'packages/sequence/README.md'
  const text = await readFile(new URL(`../../../${path}`, import.meta.url), 'utf8')
  const effect = snippetsOf(path, text).find(({ code }) => code.includes("registerProcessor('effect'"))
  if (effect === undefined) throw new Error(`${path}: expected a snippet with an AudioWorkletProcessor`)
  return effect.code
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unroll-worklet-'))
  await writeFile(join(folder, 'effect.js'), await bundleOfCode(await printedEffect()))
})
afterAll(() => rm(folder, { recursive: true }))

describe.each(browserNames)('an AudioWorkletProcessor of %s', (browser) => {
  const opened = pageOf(browser, () => folder)

  it.for([
    { format: '.pt', bytes: savePt(lstm.stateDict()) },
    { format: '.safetensors', bytes: saveSafetensors(lstm.stateDict()) },
  ])('streams what Node streams, with weights of a $format file', async ({ bytes }, context) => {
    const { told, output } = (await opened(context).call(
      'effect',
      '/files/bundles/effect.js',
      [...bytes],
      input,
    )) as {
      readonly told: unknown
      readonly output: readonly number[]
    }
    expect(told).toBe('wasm')
    // The same instructions on the same machine: no bit differs.
    expect(output).toEqual(inNode())
  })
})
