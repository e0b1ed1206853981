import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { CheckpointError, inspect, load, loadWeights } from '../src/index.ts'

const folder = new URL('./corpus/', import.meta.url)
const files = readdirSync(folder).filter((name) => name.endsWith('.bin'))

describe('the corpus of the fuzzer', () => {
  it('has inputs', () => {
    expect(files.length).toBeGreaterThan(20)
  })

  it.each(files)('%s gives a result or a CheckpointError', async (name) => {
    const bytes = new Uint8Array(readFileSync(new URL(name, folder)))
    for (const read of [load, loadWeights, inspect]) {
      const error: unknown = await read(bytes).then(
        () => null,
        (reason: unknown) => reason,
      )
      if (error !== null) expect(error).toBeInstanceOf(CheckpointError)
    }
  })
})

// Node reads TypeScript since 22.18.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
describe.skipIf(major < 22 || (major === 22 && minor < 18))(
  'the fuzzer (skipped before Node 22.18, which reads no TypeScript)',
  () => {
    it('finds nothing in two thousand inputs', () => {
      const script = fileURLToPath(new URL('../scripts/fuzz.mjs', import.meta.url))
      const output = execFileSync(process.execPath, [script, '--count', '2000'], { encoding: 'utf8' })
      expect(output).toMatch(/fuzz: 2000 inputs .* no crash, hang, over-allocation or wrong number/)
    })
  },
)
