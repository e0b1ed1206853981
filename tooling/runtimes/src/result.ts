import { allclose } from '@unroll/testing'

/** What consumer/program.js gives. */
export interface Result {
  readonly engine: string
  readonly variant: string
  readonly warnings: readonly string[]
  readonly values: Readonly<Record<string, readonly number[]>>
  /** In pages, the backend of the GPU; `unavailable` where there is none. */
  readonly gpu?: string
}

/** The result among other lines that a program printed. */
export function parseResult(printed: string): Result {
  const line = printed.split('\n').find((text) => text.includes('{"engine":'))
  if (line === undefined) throw new Error(`expected a result, got\n${printed}`)
  return JSON.parse(line.slice(line.indexOf('{"engine":')))
}

/**
 * Compares with the reference engine's numbers in Node.
 * @param warning what the only warning has to hold; undefined where there must be none
 * @returns the engine, for people
 */
export function check(
  result: Result,
  want: Result,
  { engine = 'wasm', warning }: { readonly engine?: string; readonly warning?: string } = {},
): string {
  if (result.engine !== engine) throw new Error(`expected engine ${engine}, got ${result.engine}`)
  const warned = result.warnings.join('\n')
  if (result.warnings.length !== (warning === undefined ? 0 : 1) || !warned.includes(warning ?? '')) {
    throw new Error(
      `expected ${warning ? `one warning of ${warning}` : 'no warning'}, got ${warned || 'none'}`,
    )
  }
  const names = Object.keys(result.values)
  if (names.length < 10) throw new Error(`expected values of ten names or more, got ${names.join(', ')}`)
  for (const [name, got] of Object.entries(result.values)) {
    const { pass, message } = allclose(got, want.values[name] ?? [])
    if (!pass) throw new Error(`${name}: ${message}`)
  }
  return result.variant === '' ? result.engine : `${result.engine} (${result.variant})`
}
