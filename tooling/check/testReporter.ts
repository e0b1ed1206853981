import { writeFile } from 'node:fs/promises'
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node'
import type { TestReport } from './testReport.ts'

/**
 * Writes a {@link TestReport} into the file that `TEST_REPORT` names. Vitest's own JSON says neither which hook failed nor what
 * went wrong outside of tests.
 */
export default class TestReporter implements Reporter {
  async onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly { readonly message?: string }[],
  ): Promise<void> {
    const file = process.env['TEST_REPORT']
    if (!file) throw new Error('TestReporter: expected a file in TEST_REPORT')
    const found = modules.map(reportOf)
    const report: TestReport = {
      passed: found.reduce((sum, { passed }) => sum + passed, 0),
      failed: [
        ...found.flatMap(({ failed }) => failed),
        ...errors.map((error) => `outside of tests: ${firstLine(error)}`),
      ],
      skipped: found.flatMap(({ skipped }) => skipped),
    }
    await writeFile(file, JSON.stringify(report))
  }
}

/** What happened in one file. */
function reportOf(module: TestModule): TestReport {
  const place = `${module.relativeModuleId}${module.project.name && ` (${module.project.name})`}`
  const tests = [...module.children.allTests()]
  const failed = [module, ...module.children.allSuites()].flatMap((suite) =>
    suite.errors().map((error) => `${placeOf(suite, place)}: ${whatFailed(suite)}: ${firstLine(error)}`),
  )
  // The worker crashed, or the page of the browser went away.
  if (module.state() === 'pending' || module.state() === 'queued') failed.push(`${place}: did not end`)
  for (const test of tests) {
    if (test.result().state === 'failed') failed.push(`${place} > ${test.fullName}`)
  }
  const skipped = new Map<string, number>()
  for (const test of tests) {
    if (test.result().state !== 'skipped' || isBehindFailedHook(test)) continue
    const [outermost] = test.fullName.split(' > ')
    const suite = `${place}: ${outermost}`
    skipped.set(suite, (skipped.get(suite) ?? 0) + 1)
  }
  return {
    passed: tests.filter((test) => test.result().state === 'passed').length,
    failed,
    skipped: [...skipped].map(([suite, count]) => ({ suite, count })),
  }
}

function placeOf(suite: TestModule | TestSuite, place: string): string {
  return suite.type === 'module' ? place : `${place} > ${suite.fullName}`
}

/** A suite has errors if a hook failed. A file also has them if it could not be loaded. */
function whatFailed({ children }: TestModule | TestSuite): string {
  const tests = [...children.allTests()]
  if (tests.length === 0) return 'could not be loaded'
  const left = tests.filter((test) => test.result().state === 'skipped').length
  return left === 0 ? 'a hook failed' : `a hook failed, ${left} of ${tests.length} tests did not run`
}

/** Vitest also reports tests as skipped that did not run because a hook failed. */
function isBehindFailedHook({ parent }: TestCase | TestSuite): boolean {
  if (parent.errors().length > 0) return true
  return parent.type === 'suite' && isBehindFailedHook(parent)
}

function firstLine({ message = 'no message' }: { readonly message?: string }): string {
  return message.split('\n')[0] ?? ''
}
