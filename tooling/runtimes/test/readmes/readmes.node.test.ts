/// <reference types="node" />
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { adapterFlags, type BrowserPage, openPage, remedyOf } from '@unroll/browser'
import { shownIn, withChecks } from '@unroll/testing/shownValues'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder } from './files.ts'
import { installedBy, type Snippet, snippetsOf } from './snippets.ts'

const root = new URL('../../../../', import.meta.url)
const readmes = [
  'README.md',
  ...readdirSync(new URL('packages', root)).map((name) => `packages/${name}/README.md`),
]

/** A folder in this package, where snippets find the built packages it depends on. */
const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
mkdirSync(dist, { recursive: true })
const project = mkdtempSync(join(dist, 'readmes-'))
/** It has a GPU in software. */
let page: BrowserPage | null = null
beforeAll(async () => {
  page = await openPage(new URL('page.ts', import.meta.url), {
    flags: adapterFlags('chromium').at(-1) ?? [],
    files: { '/files/readmes/': pathToFileURL(`${project}/`) },
  })
})
afterAll(async () => {
  await page?.close()
  await rm(project, { recursive: true })
})

const execute = promisify(execFile)
/** A GPU in software is slow on a busy machine. */
const timeout = 240_000
const checks = fileURLToPath(new URL('check.mjs', import.meta.url))

describe.each(readmes)('%s', (path) => {
  const text = readFileSync(new URL(path, root), 'utf8')
  const installed = installedBy(text)
  const snippets = snippetsOf(path, text)
  const run = snippets.filter(({ skipped }) => skipped === null)
  const ofPages = run.filter((snippet) => onlyInNode(snippet) === null)
  let folder = ''
  beforeAll(async () => {
    folder = await makeFolder(project, path)
    for (const snippet of run) writeFileSync(join(folder, fileOf(snippet)), withChecks(snippet.code))
    const entryPoints = ofPages.map((snippet) => join(folder, fileOf(snippet)))
    await build({ entryPoints, outdir: folder, bundle: true, format: 'esm' })
  })

  it('says how to install what its snippets import', () => {
    expect(installed).not.toEqual([])
    for (const name of snippets.flatMap(({ imports }) => imports)) {
      if (!name.startsWith('node:')) expect(installed).toContain(name)
    }
  })

  it.for(snippets.filter(({ inPage }) => !inPage))(
    '$title runs in Node as printed',
    { timeout },
    async (snippet, context) => {
      if (snippet.skipped !== null) return context.skip(snippet.skipped)
      const args = ['--no-warnings', '--import', checks, fileOf(snippet)]
      const { stdout } = await execute(process.execPath, args, { cwd: folder })
      expectShown(snippet, stdout)
    },
  )

  it.for(run)('$title runs in Chromium as printed', { timeout }, async (snippet, context) => {
    if (page === null) return context.skip(remedyOf('chromium'))
    const reason = onlyInNode(snippet)
    if (reason !== null) return context.skip(reason)
    const files = `/files/readmes/${basename(folder)}/`
    const script = fileOf(snippet).replace(/\.\w+$/, '.js')
    expectShown(snippet, String(await page.call('run', `${files}${script}`, files)))
  })
})

/** `line12.mts` */
function fileOf({ title, language }: Snippet): string {
  return `line${title.split(':')[1]}.m${language}`
}

/** Why a page cannot run the snippet; null if it can. */
function onlyInNode({ imports }: Snippet): string | null {
  const module = imports.find((name) => name.startsWith('node:'))
  return module === undefined ? null : `imports ${module}, which only Node has`
}

/** Compares what a snippet printed with what the README and the snippet's comments show. */
function expectShown({ code, printed }: Snippet, got: string): void {
  if (printed !== null) expect(got).toBe(printed)
  const shown = shownIn(code)
  if (shown.length === 0) return
  const lines = got.trimEnd().split('\n')
  expect(lines).toHaveLength(shown.length)
  // Behind what is shown a comment may say more.
  for (const [index, line] of lines.entries()) expect(`${shown[index]},`).toContain(`${line},`)
}

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
  await execute(process.execPath, [tsc, '-p', folder]).catch(({ stdout }) => expect(stdout).toBe(''))
})
