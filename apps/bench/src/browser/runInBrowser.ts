import { type BrowserName, openPage, remedyOf } from '@unroll/browser'
import { type Comparison, DisagreementError } from '../compare.ts'
import type { Runner } from '../runner.ts'
import type { Started } from './page.ts'

/**
 * Runs them in a page of a browser without a window, cross-origin isolated: engines and ONNX Runtime Web.
 * @throws BrowserMissingError where that browser is not installed
 */
export async function runInBrowser(
  browser: BrowserName,
  names: readonly string[],
  threads: number,
): Promise<Runner> {
  let tell: (round: number, rounds: number) => void = () => {}
  const page = await openPage(new URL('page.ts', import.meta.url), {
    browser,
    files: new URL('.', import.meta.resolve('onnxruntime-web')),
    onTold: (round = 0, rounds = 0) => tell(round, rounds),
  })
  if (page === null) throw new BrowserMissingError(`--browser ${browser}: ${remedyOf(browser)}`)
  const { contenders, missing, roof } = (await page.call('start', names, threads)) as Started
  return {
    contenders,
    missing,
    roof,
    browser: page.version,
    compare: async ({ name }, effort, onRound) => {
      tell = onRound
      const found = (await page.call('run', name, effort)) as Comparison | { disagreement: string }
      if ('disagreement' in found) throw new DisagreementError(found.disagreement)
      return found
    },
    close: () => page.close(),
  }
}

export class BrowserMissingError extends Error {
  override readonly name = 'BrowserMissingError'
}
