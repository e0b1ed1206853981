import { adapterFlags, type BrowserName, type BrowserPage, openPage, remedyOf } from '@unroll/browser'
import { type Comparison, DisagreementError } from '../compare.ts'
import { gpuEngines } from '../gpuEngines.ts'
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
  const start = async (flags: readonly string[]): Promise<{ page: BrowserPage; started: Started }> => {
    const page = await openPage(new URL('page.ts', import.meta.url), {
      browser,
      flags,
      files: new URL('.', import.meta.resolve('onnxruntime-web')),
      onTold: (round = 0, rounds = 0) => tell(round, rounds),
    })
    if (page === null) throw new BrowserMissingError(`--browser ${browser}: ${remedyOf(browser)}`)
    return { page, started: (await page.call('start', names, threads)) as Started }
  }
  const wantsGpu = names.some((name) => name in gpuEngines)
  const [first = [], ...others] = wantsGpu ? adapterFlags(browser) : [[]]
  let opened = await start(first)
  for (const flags of others) {
    if (opened.started.missing.length === 0) break
    await opened.page.close()
    opened = await start(flags)
  }
  const { page, started } = opened
  const { contenders, missing, roof } = started
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
