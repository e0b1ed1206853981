/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import * as nn from '@unroll/nn'
import * as sequence from '@unroll/sequence'
import * as tensor from '@unroll/tensor'
import { expectInstalled, runSnippet, snippetsOf } from '@unroll/testing/readme'
import { describe, test } from 'vitest'

const packages = { '@unroll/nn': nn, '@unroll/sequence': sequence, '@unroll/tensor': tensor }

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('the README', () => {
  test('has an install line for what its snippets import', () => expectInstalled(readme))

  test.each(snippetsOf(readme))('runs as printed: %#', (code) => {
    runSnippet(code, packages, stripTypeScriptTypes)
  })
})
