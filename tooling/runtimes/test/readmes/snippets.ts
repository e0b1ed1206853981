/// <reference types="node" />

/** A block of code in a README. */
export interface Snippet {
  /** Where it begins: `packages/nn/README.md:12`. */
  readonly title: string
  readonly language: 'js' | 'ts'
  /** The code, after the block that it continues. */
  readonly code: string
  /** Why it is not run; null if it is. */
  readonly skipped: string | null
  /** Whether it runs in a page, not in Node. */
  readonly inPage: boolean
  /** Packages it imports. */
  readonly imports: readonly string[]
  /** The expected output, from the block of text after it; null if there is none. */
  readonly printed: string | null
}

/**
 * The blocks of JavaScript and TypeScript in a README. A comment before a block, which readers do not see, can say how to run
 * it: `<!-- continues -->`, after the block before it; `<!-- in a page -->`, in a browser; `<!-- not run: reason -->`.
 */
export function snippetsOf(path: string, text: string): Snippet[] {
  const snippets: Snippet[] = []
  for (const { groups, index } of text.matchAll(block)) {
    const { note = '', language, code = '', printed } = groups ?? {}
    const [, reason = null] = /^not run: (.+)$/.exec(note) ?? []
    if (!['', 'continues', 'in a page'].includes(note) && reason === null) {
      throw new Error(
        `${path}: expected <!-- continues -->, <!-- in a page --> or <!-- not run: reason -->, got <!-- ${note} -->`,
      )
    }
    const whole = note === 'continues' ? `${snippets.at(-1)?.code}\n${code}` : code
    snippets.push({
      title: `${path}:${text.slice(0, index).split('\n').length}`,
      language: language === 'ts' ? 'ts' : 'js',
      code: whole,
      skipped: reason,
      inPage: note === 'in a page',
      imports: [...new Set([...whole.matchAll(imported)].map(([, name = '']) => name))],
      printed: printed ?? null,
    })
  }
  return snippets
}

const block =
  /(?:^<!-- (?<note>[^\n]*) -->\n\n?)?^```(?<language>js|ts)\n(?<code>.*?)^```$(?:\n\nprints\n\n```text\n(?<printed>.*?)^```$)?/gms

const imported = /from '((?:@[^/']+\/)?[^/.'][^/']*)/g

/** Packages that the `npm install` lines of a README bring. */
export function installedBy(text: string): readonly string[] {
  return [...text.matchAll(/^npm install (.+)$/gm)].flatMap(([, names = '']) => names.split(' '))
}
