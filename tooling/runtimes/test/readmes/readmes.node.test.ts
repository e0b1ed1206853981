/// <reference types="node" />
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder } from './files.ts'
import { installedBy, shownIn, snippetsOf, withChecks } from './snippets.ts'

const root = new URL('../../../../', import.meta.url)
const readmes = [
  'README.md',
  ...readdirSync(new URL('packages', root)).map((name) => `packages/${name}/README.md`),
]

/** In a folder of this package, where programs find what it depends on: the built packages. */
const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
mkdirSync(dist, { recursive: true })
const project = mkdtempSync(join(dist, 'readmes-'))
afterAll(() => rm(project, { recursive: true }))

const run = promisify(execFile)
const checks = fileURLToPath(new URL('check.mjs', import.meta.url))

describe.each(readmes)('%s', (path) => {
  const text = readFileSync(new URL(path, root), 'utf8')
  const installed = installedBy(text)
  const snippets = snippetsOf(path, text)
  let folder = ''
  beforeAll(async () => {
    folder = await makeFolder(project, path)
  })

  it('says how to install what its snippets import', () => {
    expect(installed).not.toEqual([])
    for (const name of snippets.flatMap(({ imports }) => imports)) {
      if (!name.startsWith('node:')) expect(installed).toContain(name)
    }
  })

  it.for(snippets)('$title runs as printed', async ({ title, language, code, skipped, printed }, context) => {
    if (skipped !== null) return context.skip(skipped)
    const file = join(folder, `line${title.split(':')[1]}.m${language}`)
    writeFileSync(file, withChecks(code))
    const { stdout } = await run(process.execPath, ['--no-warnings', '--import', checks, file], {
      cwd: folder,
    })
    if (printed !== null) expect(stdout).toBe(printed)
    const shown = shownIn(code)
    if (shown.length === 0) return
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(shown.length)
    // Behind what is shown a comment may say more.
    for (const [index, line] of lines.entries()) expect(`${shown[index]},`).toContain(`${line},`)
  })
})
