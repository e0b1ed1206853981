import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** Code that a docstring shows: under `@example`, or in a block of `ts`. */
export interface Example {
  /** Where it stands: `packages/nn/src/module.ts Module.loadStateDict`. */
  readonly title: string
  /** Folder of its package: `nn`. */
  readonly home: string
  readonly code: string
}

const root = new URL('../../../', import.meta.url)

/** The examples in the docstrings of the packages. */
export function examplesInDocstrings(): readonly Example[] {
  return readdirSync(new URL('packages', root)).flatMap((home) => {
    const folder = `packages/${home}/src`
    return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((path) => path.endsWith('.ts'))
      .sort()
      .flatMap((path) =>
        examplesIn(readFileSync(fileURLToPath(new URL(path, root)), 'utf8')).map(({ name, code }) => ({
          title: `${path} ${name}`,
          home,
          code,
        })),
      )
  })
}

/** Examples in a source file, and what each is of: `LSTM`, `Module.loadStateDict`. */
export function examplesIn(source: string): readonly { readonly name: string; readonly code: string }[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true)
  // A docstring belongs to several nodes, of which the outermost is met first.
  const seen = new Set<number>()
  const found: { name: string; code: string }[] = []
  const visit = (node: ts.Node, names: readonly string[]): void => {
    const own = nameOf(node)
    const inside = own === null ? names : [...names, own]
    for (const part of ts.getJSDocCommentsAndTags(node)) {
      if (!ts.isJSDoc(part) || seen.has(part.pos)) continue
      seen.add(part.pos)
      for (const code of codesOf(part)) found.push({ name: inside.join('.'), code })
    }
    node.forEachChild((child) => visit(child, inside))
  }
  visit(file, [])
  return found
}

function codesOf(docstring: ts.JSDoc): readonly string[] {
  const text = ts.getTextOfJSDocComment(docstring.comment) ?? ''
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code)
  const tags = (docstring.tags ?? [])
    .filter(({ tagName }) => tagName.text === 'example')
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
  return [...blocks, ...tags].map((code) => `${code.trim()}\n`)
}

function nameOf(node: ts.Node): string | null {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations[0]?.name.getText() ?? null
  const isNamed =
    ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)
  return isNamed || ts.isClassElement(node) || ts.isTypeElement(node) ? (node.name?.getText() ?? null) : null
}

/** The names that code declares anywhere, and all it mentions. */
export function namesIn(code: string): {
  readonly declared: ReadonlySet<string>
  readonly used: ReadonlySet<string>
} {
  const declared = new Set<string>()
  const used = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node
      const isDeclared =
        (ts.isVariableDeclaration(parent) ||
          ts.isBindingElement(parent) ||
          ts.isParameter(parent) ||
          ts.isClassDeclaration(parent) ||
          ts.isImportClause(parent) ||
          ts.isImportSpecifier(parent)) &&
        parent.name === node
      ;(isDeclared ? declared : used).add(node.text)
    }
    node.forEachChild(visit)
  }
  visit(ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true))
  return { declared, used }
}
