import { transform } from 'sucrase'
import { formatAll } from './format.ts'
import { packages } from './packages.ts'

export type LineKind = 'log' | 'warn' | 'error'

/** Takes one call of `console`. */
type Print = (kind: LineKind, text: string) => void

/** What code of the site sees beside the language. */
export interface Surroundings {
  readonly print: Print
}

/**
 * Runs a module of TypeScript: types are taken away, imports of our packages are handed over, `await` works at the top.
 * @throws SyntaxError where it cannot be read, ImportError where it imports what is not here, and what the code throws
 */
export async function runCode(code: string, { print }: Surroundings): Promise<void> {
  const { code: script } = transform(code, {
    transforms: ['typescript', 'imports'],
    disableESTransforms: true,
    preserveDynamicImport: true,
    production: true,
  })
  const run = new AsyncFunction('require', 'exports', 'module', 'console', script)
  const exports = {}
  await run(importing, exports, { exports }, consoleOf(print))
}

class ImportError extends Error {
  override readonly name = 'ImportError'
}

function importing(name: string): object {
  const found = packages[name]
  if (found) return found
  throw new ImportError(
    `expected an import of ${Object.keys(packages).join(', ')}, got '${name}': code on this site runs without a network`,
  )
}

/** A console whose every method prints. */
function consoleOf(print: Print): object {
  const as =
    (kind: LineKind) =>
    (...values: unknown[]): void => {
      print(kind, formatAll(values))
    }
  const timers = new Map<string, number>()
  return {
    log: as('log'),
    info: as('log'),
    debug: as('log'),
    table: as('log'),
    dir: as('log'),
    warn: as('warn'),
    error: as('error'),
    time: (label = 'default') => void timers.set(label, performance.now()),
    timeEnd: (label = 'default') => {
      const start = timers.get(label)
      if (start !== undefined) print('log', `${label}: ${(performance.now() - start).toFixed(1)} ms`)
    },
  }
}

type Run = (...args: unknown[]) => Promise<void>

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (...texts: string[]) => Run
