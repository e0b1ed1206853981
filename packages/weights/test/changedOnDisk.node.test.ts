import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openAsBlob,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { full } from '@unroll/tensor'
import { afterAll, describe, expect, it } from 'vitest'
import { open, SourceChangedError, savePt, saveSafetensors } from '../src/index.ts'
import type { Bytes } from '../src/source/source.ts'
import { failureOf } from './support/failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'unroll-weights-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'model')

/** Two versions of the same length: version 1 is all ones, version 2 all twos. */
function tensorsOf(version: number): Map<string, ReturnType<typeof full>> {
  return new Map(['a', 'b'].map((name) => [name, full([5000], version)]))
}

/** Writes in place: the file keeps its length, its name and its handles. */
function overwrite(bytes: Bytes): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes)
  closeSync(file)
}

const changes: readonly [string, (bytes: Bytes) => void][] = [
  ['is overwritten in place', overwrite],
  ['is overwritten, emptied first', (bytes) => writeFileSync(path, bytes)],
  [
    'is overwritten, an older time set',
    (bytes) => {
      overwrite(bytes)
      utimesSync(path, 1e9, 1e9)
    },
  ],
  ['gets shorter', () => truncateSync(path, 100)],
  ['gets longer', () => appendFileSync(path, 'more')],
]

describe.each([
  ['.pt', savePt],
  ['safetensors', saveSafetensors],
])('a %s file', (_, save) => {
  it.each(changes)('that %s while it is open is refused', async (_, change) => {
    // Repeated, since two changes within one step of the clock have the same time.
    for (let round = 0; round < 10; round++) {
      writeFileSync(path, save(tensorsOf(1)))
      const checkpoint = await open(path)
      expect((await checkpoint.get('a')).at(0).item()).toBe(1)
      change(save(tensorsOf(2)))
      const error = await failureOf(checkpoint.get('b'), SourceChangedError)
      expect(error.message).toBe(`${path}: changed while it was read; read it again`)
      await checkpoint.close()
    }
  })

  it('that another takes the place of is read to its end', async () => {
    writeFileSync(path, save(tensorsOf(1)))
    const checkpoint = await open(path)
    writeFileSync(`${path}.new`, save(tensorsOf(2)))
    renameSync(`${path}.new`, path)
    expect((await checkpoint.get('b')).at(0).item()).toBe(1)
    await checkpoint.close()
  })

  it('that was chosen and changes then is refused, as a Blob', async () => {
    writeFileSync(path, save(tensorsOf(1)))
    const checkpoint = await open(await openAsBlob(path))
    expect((await checkpoint.get('a')).at(0).item()).toBe(1)
    appendFileSync(path, 'more')
    const error = await failureOf(checkpoint.get('b'), SourceChangedError)
    expect(error.message).toMatch(
      /NotReadableError.*changed, moved or locked since it was chosen; choose it again/,
    )
    await checkpoint.close()
  })
})

it('a file that is being written while it is opened is refused', async () => {
  writeFileSync(path, saveSafetensors(tensorsOf(1)))
  const opening = failureOf(open(path), SourceChangedError)
  const writing = setInterval(() => appendFileSync(path, 'more'), 1)
  await opening
  clearInterval(writing)
})
