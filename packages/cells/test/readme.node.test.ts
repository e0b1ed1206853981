/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import * as tensor from '@unroll/tensor'
import { expectInstalled, runSnippet, snippetsOf } from '@unroll/testing/readme'
import { describe, test } from 'vitest'
import * as cells from '../src/index.ts'

const packages = { '@unroll/cells': cells, '@unroll/tensor': tensor }

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('the README', () => {
  test('has an install line for what its snippets import', () => expectInstalled(readme))

  test.each(snippetsOf(readme))('runs as printed: %#', (code) => {
    runSnippet(code, packages, stripTypeScriptTypes)
  })
})
