import { readdirSync, readFileSync } from 'node:fs'
import { seededBits } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { CorruptCheckpointError, loadWeights, UnsupportedFormatError } from '../src/index.ts'
import { failureOf } from './support/failure.ts'

const folder = new URL('./fixtures/', import.meta.url)
const files = readdirSync(folder).filter((name) => name !== 'expected.json' && !name.endsWith('.index.json'))

describe('every format, cut anywhere', () => {
  it.each(files)('%s is refused at 61 lengths', async (name) => {
    const bytes = new Uint8Array(readFileSync(new URL(name, folder)))
    const random = seededBits(bytes.length)
    const lengths = Array.from({ length: 60 }, (_, i) =>
      i < 30 ? i % bytes.length : random() % bytes.length,
    )
    for (const length of [...lengths, bytes.length - 1]) {
      // A file that is cut within the mark of its format cannot be recognised.
      const kind = length > 0 && length < markBytes(name) ? UnsupportedFormatError : CorruptCheckpointError
      const error = await failureOf(loadWeights(bytes.slice(0, length)), kind)
      expect(error.offset ?? 0, `${length} bytes`).toBeLessThanOrEqual(length)
    }
  })
})

function markBytes(file: string): number {
  if (file.endsWith('.safetensors')) return 9
  if (file.endsWith('.npy')) return 6
  // A shorter part of a legacy stream is a truncated bare pickle.
  return file.includes('legacy') ? 2 : 4
}
