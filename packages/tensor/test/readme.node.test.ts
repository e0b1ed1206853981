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

test('the example of a worker posts a tensor there and back', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, main = '', worker = ''] =
    /```js\n\/\/ main\.js\n([\s\S]*?)\/\/ worker\.js\n([\s\S]*?)```/.exec(readme) ?? []
  const withoutImports = (code: string): string =>
    code.replace(/^import .*\n/gm, '').replace('import.meta.url', "'file:///main.js'")
  const { port1, port2 } = new MessageChannel()
  const scope = new Function(
    'tensor',
    'postMessage',
    `let onmessage\n${withoutImports(worker)}\nreturn onmessage`,
  )
  port2.onmessage = scope(api.tensor, (message: unknown) => port2.postMessage(message))
  const shown = new Promise<unknown>((resolve) => {
    // The worker of the example is the other end of a channel.
    function Worker(): MessagePort {
      return port1
    }
    const run = new Function('randn', 'tensor', 'Worker', 'console', withoutImports(main))
    run(api.randn, api.tensor, Worker, { log: resolve })
  })
  const answer = await shown
  port1.close()
  if (!(answer instanceof api.Tensor)) throw new TypeError('no tensor came back')
  expect(answer.shape).toEqual([2, 3])
  expect(answer.sum(1)).toBeAllclose(api.ones([2]))
})
