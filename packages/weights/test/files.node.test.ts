import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import {
  CorruptCheckpointError,
  load,
  loadWeights,
  UnreadableSourceError,
  UnsupportedFormatError,
} from '../src/index.ts'
import { failureOf } from './support/failure.ts'
import { checkpoint, dict, tensor } from './support/torchBuilder.ts'

const folder = mkdtempSync(join(tmpdir(), 'unroll-weights-'))
afterAll(() => rmSync(folder, { recursive: true }))

const path = join(folder, 'ein Modell #1.pt')
writeFileSync(path, checkpoint(dict({ weight: tensor() })))

describe('a Buffer, whose slice does not copy', () => {
  const buffer = Buffer.from(checkpoint(dict({ weight: tensor() })))
  it.each([
    ['itself', buffer],
    [
      'as slices',
      { byteLength: buffer.length, slice: (start: number, end: number) => buffer.slice(start, end) },
    ],
  ])('is read, %s', async (_, source) => {
    const weight = (await loadWeights(source)).get('weight')
    expect(weight?.storage.data).toEqual(Float32Array.of(1, 2, 3, 4))
    expect(weight?.storage.data.buffer).not.toBe(buffer.buffer)
  })
})

describe('a file', () => {
  it.each([
    ['an absolute path', path],
    ['a relative path', relative('.', path)],
    ['a file URL', pathToFileURL(path)],
    ['the text of a file URL', pathToFileURL(path).href],
  ])('is read by %s', async (_, source) => {
    expect((await loadWeights(source)).get('weight')?.toArray()).toEqual([1, 2, 3, 4])
  })

  it.skipIf(!existsSync('/proc/self/fd'))('is closed again, loaded or refused', async () => {
    const broken = join(folder, 'broken.pt')
    writeFileSync(broken, 'PK\x03\x04')
    const open = (): number => readdirSync('/proc/self/fd').length
    await load(path)
    const before = open()
    for (let i = 0; i < 20; i++) {
      await load(path)
      await failureOf(load(broken), CorruptCheckpointError)
    }
    expect(open()).toBeLessThanOrEqual(before + 2)
  })

  it('that is not there is an error naming it', async () => {
    const missing = join(folder, 'missing.pt')
    for (const source of [missing, pathToFileURL(missing)]) {
      const error = await failureOf(load(source), UnreadableSourceError)
      expect(error.file).toBe(String(source))
      expect(error.message).toContain('cannot be opened: ENOENT')
      expect(error.cause).toMatchObject({ code: 'ENOENT' })
    }
  })

  it('that is a folder is an error naming it', async () => {
    const error = await failureOf(load(folder), UnreadableSourceError)
    expect(error.message).toBe(`${folder}: is not a regular file`)
  })

  it('of 100 GB of nothing is refused at once', async () => {
    const huge = join(folder, 'huge.pt')
    writeFileSync(huge, '')
    truncateSync(huge, 1e11)
    await failureOf(load(huge), UnsupportedFormatError)
    writeFileSync(huge, 'PK\x03\x04')
    truncateSync(huge, 1e11)
    await failureOf(load(huge), CorruptCheckpointError)
  })
})
