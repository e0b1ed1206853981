/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { expectInstalled, runSnippet, snippetsOf } from '@unroll/testing/readme'
import * as torch from '@unroll/torch'
import { describe, test } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('the README', () => {
  test('has an install line for what its snippets import', () => expectInstalled(readme))

  test.each(snippetsOf(readme))('runs as printed: %#', async (code) => {
    await runSnippet(code, { '@unroll/torch': torch }, stripTypeScriptTypes)
  })
})
