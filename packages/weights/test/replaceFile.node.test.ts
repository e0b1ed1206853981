import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ones } from '@unroll/tensor'
import { afterAll, describe, expect, it } from 'vitest'
import { replaceFile } from '../src/cli/replaceFile.ts'
import { savePt } from '../src/index.ts'

// How `convert` writes. Full disks and signals are tested in cliProcess.node.test.ts.

const place = mkdtempSync(join(tmpdir(), 'unroll-weights-'))
afterAll(() => rmSync(place, { recursive: true }))
const path = join(place, 'model.pt')
const bytes = savePt(new Map([['w', ones([4])]]))

describe.skipIf(process.platform === 'win32')('a file that is written', () => {
  it('keeps the permissions of the one it replaces', async () => {
    writeFileSync(path, 'old')
    chmodSync(path, 0o640)
    await replaceFile(path, bytes, true)
    expect(statSync(path).mode & 0o777).toBe(0o640)
    expect(readFileSync(path).equals(bytes)).toBe(true)
    rmSync(path)
  })

  it('that is new has the permissions that new files have', async () => {
    await replaceFile(path, bytes, false)
    writeFileSync(`${path}.plain`, 'x')
    expect(statSync(path).mode).toBe(statSync(`${path}.plain`).mode)
    rmSync(`${path}.plain`)
    rmSync(path)
  })

  it.each(['there', 'not there'])(
    'through a symbolic link, whose file is %s, leaves the link',
    async (is) => {
      const link = join(place, 'link.pt')
      if (is === 'there') writeFileSync(path, 'old')
      symlinkSync('model.pt', link)
      await replaceFile(link, bytes, true)
      expect(lstatSync(link).isSymbolicLink()).toBe(true)
      expect(lstatSync(path).isFile()).toBe(true)
      expect(readFileSync(path).equals(bytes)).toBe(true)
      rmSync(link)
      rmSync(path)
    },
  )

  it('by two at once is of one of them, and the other is told', async () => {
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => replaceFile(path, bytes, false)))
    const refused = outcomes.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(2)
    for (const outcome of refused) {
      expect(outcome).toMatchObject({
        reason: { message: `cannot write ${path}: it exists; --force replaces it` },
      })
    }
    expect(readdirSync(place)).toEqual(['model.pt'])
    rmSync(path)
  })

  it('may have a name as long as names may be', async () => {
    const long = join(place, `${'n'.repeat(252)}.pt`)
    await replaceFile(long, bytes, false)
    expect(readFileSync(long).equals(bytes)).toBe(true)
    rmSync(long)
  })

  it.skipIf(process.getuid?.() === 0)(
    'where this user may not is an error (skipped for root, who may)',
    async () => {
      chmodSync(place, 0o500)
      await expect(replaceFile(path, bytes, true)).rejects.toThrow(/EACCES: no permission/)
      chmodSync(place, 0o700)
    },
  )
})
