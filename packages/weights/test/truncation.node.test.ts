import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CheckpointError, loadWeights } from '../src/index.ts'
import { seeded } from './support/bytes.ts'

const folder = new URL('./fixtures/', import.meta.url)
const files = readdirSync(folder).filter((name) => name !== 'expected.json' && !name.endsWith('.index.json'))

describe('every format, cut anywhere', () => {
  it.each(files)('%s is refused at 60 lengths', async (name) => {
    const bytes = new Uint8Array(readFileSync(new URL(name, folder)))
    const random = seeded(bytes.length)
    const lengths = [0, 1, 2, bytes.length - 1, ...Array.from({ length: 56 }, () => random() % bytes.length)]
    for (const length of lengths) {
      const error: unknown = await loadWeights(bytes.slice(0, length)).then(
        () => null,
        (reason: unknown) => reason,
      )
      expect(error, `${length} bytes`).toBeInstanceOf(CheckpointError)
    }
  })
})
