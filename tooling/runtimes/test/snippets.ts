/// <reference types="node" />
import { readFileSync } from 'node:fs'

/** A block of code in a README. */
export interface Snippet {
  /** As in `packages/nn/README.md:12`. */
  readonly title: string
  readonly language: 'js' | 'ts'
  readonly code: string
  /** Why it is not run; null if it is. */
  readonly skipped: string | null
  /** Packages it imports. */
  readonly imports: readonly string[]
}

/**
 * The blocks of JavaScript and TypeScript in a README. A comment before a block tells what no reader has to see:
 * `<!-- continues -->`, that it goes on where the block before ended, and `<!-- not run: reason -->`.
 */
export function snippetsOf(root: URL, path: string): Snippet[] {
  const text = readFileSync(new URL(path, root), 'utf8')
  const blocks = text.matchAll(/(?:^<!-- (?<note>.*) -->\n\n?)?^```(?<language>js|ts)\n(?<code>.*?)^```$/gms)
  const snippets: Snippet[] = []
  for (const { groups, index } of blocks) {
    const { note = '', language = '', code = '' } = groups ?? {}
    const before = note === 'continues' ? (snippets.at(-1)?.code ?? '') : ''
    if (note !== '' && note !== 'continues' && !note.startsWith('not run: ')) {
      throw new Error(
        `${path}: expected <!-- continues --> or <!-- not run: reason -->, got <!-- ${note} -->`,
      )
    }
    const whole = before === '' ? code : `${before}\n${code}`
    snippets.push({
      title: `${path}:${text.slice(0, index).split('\n').length}`,
      language: language === 'ts' ? 'ts' : 'js',
      code: whole,
      skipped: note.startsWith('not run: ') ? note.slice('not run: '.length) : null,
      imports: [
        ...new Set([...whole.matchAll(/from '((?:@[^/']+\/)?[^/.'][^/']*)/g)].map(([, name = '']) => name)),
      ],
    })
  }
  return snippets
}

/** Packages that a README's `npm install` lines bring. */
export function installedBy(root: URL, path: string): readonly string[] {
  const lines = readFileSync(new URL(path, root), 'utf8').matchAll(/^npm install (.+)$/gm)
  return [...lines].flatMap(([, names = '']) => names.split(' '))
}
