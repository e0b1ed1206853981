/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import * as api from '../src/index.ts'

test('the example of the README prints what it says', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```js\nimport \{ (.*) \} from '@unroll\/tensor'\n([\s\S]*?)```/.exec(readme)
  const printed = /```text\n([\s\S]*?)```/.exec(readme)?.[1]
  const [, names = '', body = ''] = code ?? []
  const lines: string[] = []
  const log = (...values: unknown[]): void => {
    lines.push(values.map((value) => inspect(value)).join(' '))
  }
  const imports = names.split(', ')
  const run = new Function(...imports, 'console', body)
  run(...imports.map((name) => Reflect.get(api, name)), { log })
  expect(`${lines.join('\n')}\n`).toBe(printed)
})
