/// <reference types="node" />
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { adapterFlags, type BrowserPage, openPage, remedyOf } from '@unroll/browser'
import { build } from 'esbuild'
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
/** For those that need a browser; software plays its GPU. */
let page: BrowserPage | null = null
beforeAll(async () => {
  page = await openPage(new URL('page.ts', import.meta.url), {
    flags: adapterFlags('chromium').at(-1) ?? [],
    files: pathToFileURL(`${project}/`),
  })
})
afterAll(async () => {
  await page?.close()
  await rm(project, { recursive: true })
})

const run = promisify(execFile)
/** A GPU that software plays is slow on a busy machine. */
const timeout = 240_000
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

  it.for(snippets)('$title runs as printed', { timeout }, async (snippet, context) => {
    const { title, language, code, skipped, inPage, printed } = snippet
    if (skipped !== null) return context.skip(skipped)
    const name = `line${title.split(':')[1]}`
    const file = join(folder, `${name}.m${language}`)
    writeFileSync(file, withChecks(code))
    if (inPage) {
      if (page === null) return context.skip(remedyOf('chromium'))
      await build({ entryPoints: [file], outfile: join(project, `${name}.js`), bundle: true, format: 'esm' })
      await page.call('run', `/files/${name}.js`)
      return
    }
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

it('TypeScript accepts what is TypeScript', { timeout }, async () => {
  const folder = join(project, 'types')
  mkdirSync(folder)
  for (const path of readmes) {
    const snippets = snippetsOf(path, readFileSync(new URL(path, root), 'utf8'))
    for (const { title, language, code } of snippets) {
      if (language === 'ts') writeFileSync(join(folder, `${title.replaceAll(/\W/g, '-')}.mts`), code)
    }
  }
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'es2022',
    module: 'nodenext',
    types: ['node'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
  await run(process.execPath, [tsc, '-p', folder]).catch(({ stdout }) => expect(stdout).toBe(''))
})
