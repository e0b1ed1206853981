import { expect } from 'vitest'

// What a README promises: that its snippets run as printed, after what it says to install.

/** The TypeScript snippets. */
export function snippetsOf(readme: string): string[] {
  return [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
}

/** Fails unless `npm install` names every package of ours that a snippet imports. */
export function expectInstalled(readme: string): void {
  const installed = /npm install (.*)/.exec(readme)?.[1]?.split(' ') ?? []
  const imported = snippetsOf(readme).flatMap((code) => [...code.matchAll(/from '(@unroll\/.*)'/g)])
  expect(imported.length).toBeGreaterThan(0)
  for (const [, from = ''] of imported) expect(installed).toContain(from)
}

/**
 * Runs a snippet as it is printed. Fails where it throws, where an expression has another value than the comment behind it
 * (`x.shape // [2, 3]`), or where console.log shows something else than the lines of comment at the start of lines.
 * @param packages what can be imported, by name
 * @param stripTypes of node:module, which this package does not know
 */
export function runSnippet(
  code: string,
  packages: Readonly<Record<string, object>>,
  stripTypes: (code: string) => string,
): void {
  const shown: string[] = []
  const names = new Map<string, unknown>()
  const body = code
    .replace(/^import \{(.*)\} from '(.*)'\n/gm, (_, list: string, from: string) => {
      for (const name of list.split(',').map((each) => each.trim())) {
        if (!name.startsWith('type ')) names.set(name, Reflect.get(packages[from] ?? {}, name))
      }
      return ''
    })
    .replace(/^(\w.*) \/\/ (\[.*\]|\d+)$/gm, 'check($1, $2)')
  const check = (got: unknown, want: unknown): void => expect(got).toEqual(want)
  const log = (text: string): void => void shown.push(...text.split('\n'))
  const act = new Function(...names.keys(), 'check', 'console', stripTypes(body))
  act(...names.values(), check, { log })
  const printed = code.split('\n').filter((line) => line.startsWith('// '))
  if (shown.length > 0) expect(printed.map((line) => line.slice(3))).toEqual(shown)
}
