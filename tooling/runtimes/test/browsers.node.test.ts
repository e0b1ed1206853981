/// <reference types="node" />
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browserNames } from '@unroll/browser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleOf } from './bundleOf.ts'
import { pageOf } from './pageOf.ts'

/** Scripts of pages and workers. */
let files = ''

beforeAll(async () => {
  files = await mkdtemp(join(tmpdir(), 'unroll-scripts-'))
  const engines = await bundleOf('engines.js')
  const scripts = {
    engines,
    dedicated: `${engines}\npostMessage(program.runDefault())`,
    shared: `${engines}\nonconnect = ({ ports: [port] }) => port.postMessage(program.runDefault())`,
    service: `${engines}\nonmessage = ({ ports: [port] }) => port.postMessage(program.runDefault())`,
  }
  for (const [name, text] of Object.entries(scripts)) await writeFile(join(files, `${name}.js`), text)
})
afterAll(() => rm(files, { recursive: true }))

describe.each(browserNames)('%s, with a policy that forbids compiling', (browser) => {
  const opened = pageOf(browser, () => files, { 'Content-Security-Policy': "script-src 'self'" })

  it('computes with the reference engine, and warns once', async (context) => {
    const page = opened(context)
    expect(await page.call('call', '/files/bundles/engines.js', 'runDefault')).toEqual({
      value: expect.objectContaining({ engine: 'reference' }),
      warnings: [expect.stringContaining("'wasm-unsafe-eval'")],
    })
  })

  it('says what the policy forbids where threads are asked for', async (context) => {
    const page = opened(context)
    await expect(page.call('call', '/files/bundles/engines.js', 'runOnThreads')).rejects.toThrow(
      "'wasm-unsafe-eval'",
    )
  })

  // Their own responses say what they may do.
  it.for(['dedicated', 'shared', 'service'])(
    'starts the wasm engine in a %s worker',
    async (kind, context) => {
      const page = opened(context)
      expect(await page.call('worker', kind, `/files/bundles/${kind}.js`)).toMatchObject({ engine: 'wasm' })
    },
  )
})

describe.each(browserNames)('%s, with a policy of what threads need', (browser) => {
  const opened = pageOf(browser, () => files, {
    'Content-Security-Policy':
      "script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; require-trusted-types-for 'script'; trusted-types unroll",
  })

  it('computes on threads', async (context) => {
    const page = opened(context)
    expect(await page.call('call', '/files/bundles/engines.js', 'runOnThreads')).toMatchObject({
      value: { engine: 'wasm', threads: 2 },
      warnings: [],
    })
  })
})
