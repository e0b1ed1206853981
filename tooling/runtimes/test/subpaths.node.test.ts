/// <reference types="node" />
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

type Manifest = { exports?: Record<string, unknown>; files?: string[]; main?: string; types?: string }

const packages = join(import.meta.dirname, '../../../packages')
const manifestIn = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))

/** Modules of a package besides its main one: `./spec` of `@unroll/kernels`. Files that have their own ending are found by name. */
const subpathsOf = (manifest: Manifest) =>
  Object.entries(manifest.exports ?? {}).flatMap(([path, conditions]) => {
    const target = mainOf(conditions)
    return target !== null && /^\.\/[a-z]+$/.test(path) ? [{ path, target }] : []
  })

/** What is found where no condition is asked for. */
function mainOf(conditions: unknown): string | null {
  const target =
    typeof conditions === 'object' && conditions !== null && 'default' in conditions
      ? conditions.default
      : conditions
  return typeof target === 'string' ? target : null
}

// Parcel, as it comes, and TypeScript's old resolution do not read `exports`. They look for a folder of that name.
describe('subpaths are found without exports', async () => {
  const found = await Promise.all(
    (await readdir(packages)).map(async (name) => {
      const folder = join(packages, name)
      const manifest = await manifestIn(folder)
      return subpathsOf(manifest).map((subpath) => ({ ...subpath, name, folder, manifest }))
    }),
  )
  const subpaths = found.flat()

  it('some packages have subpaths', () => expect(subpaths.length).toBeGreaterThan(0))

  it.each(subpaths)('@unroll/$name, $path', async ({ path, target, folder, manifest }) => {
    const { main = '', types = '' } = await manifestIn(join(folder, path))
    expect(join(path, main)).toBe(join(target))
    expect(join(path, types)).toBe(join(dirname(target), 'index.d.ts'))
    expect(manifest.files).toContain(path.slice(2))
  })
})
