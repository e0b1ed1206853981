/// <reference types="node" />
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installedBy, snippetsOf } from './snippets.ts'

const root = new URL('../../../', import.meta.url)
const readmes = [
  'README.md',
  ...readdirSync(new URL('packages', root)).map((name) => `packages/${name}/README.md`),
]
const folder = fileURLToPath(new URL('../out/', import.meta.url))
mkdirSync(folder, { recursive: true })
/** In this package's folder, so that programs find the built packages. */
const project = mkdtempSync(join(folder, 'readmes-'))

/** Files that snippets read. */
beforeAll(async () => {})
afterAll(() => rm(project, { recursive: true }))

describe.each(readmes)('%s', (path) => {
  const snippets = snippetsOf(root, path)

  it('says how to install before anything else', () => {
    expect(installedBy(root, path)).not.toEqual([])
  })

  it.for(snippets)('$title', async ({ title, language, code, skipped, imports }, context) => {
    const installed = installedBy(root, path)
    for (const name of imports) if (!name.startsWith('node:')) expect(installed).toContain(name)
    if (skipped !== null) return context.skip(skipped)
    const file = join(project, `${title.replaceAll(/\W/g, '-')}.m${language}`)
    writeFileSync(file, code)
    await promisify(execFile)(process.execPath, ['--no-warnings', file], { cwd: project })
  })
})
