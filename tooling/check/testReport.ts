import { readFile } from 'node:fs/promises'

/** The result of a step. testReporter.ts writes that of the tests. */
export interface TestReport {
  /** How many passed. */
  readonly passed: number
  /** The name of each failure: a test, a hook, a file that could not be loaded, an error outside of tests. */
  readonly failed: readonly string[]
  /** How many tests each suite skipped; its title tells why. */
  readonly skipped: readonly { readonly suite: string; readonly count: number }[]
}

/**
 * Reads the report of a step that ended with this exit code. A step that failed has at least one failure, even if it ended
 * before it wrote its report.
 */
export async function readTestReport(file: string, code: number): Promise<TestReport> {
  const report = await read(file)
  if (report === null) {
    return { passed: 0, failed: [`ended with ${code} before it wrote its report`], skipped: [] }
  }
  if (code === 0 || report.failed.length > 0) return report
  return { ...report, failed: [`ended with ${code}, though its report names no failure`] }
}

async function read(file: string): Promise<TestReport | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return null
  }
}
