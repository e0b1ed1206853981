import { openPage } from '@unroll/chromium'
import { type Comparison, DisagreementError } from '../compare.ts'
import type { Runner } from '../runner.ts'
import type { Started } from './page.ts'

/**
 * Runs them in a page of a headless Chromium, cross-origin isolated: engines and ONNX Runtime Web.
 * @throws Error where there is no Chromium
 */
export async function runInChromium(names: readonly string[], threads: number): Promise<Runner> {
  const page = await openPage(new URL('page.ts', import.meta.url), {
    files: new URL('.', import.meta.resolve('onnxruntime-web')),
  })
  if (page === null) throw new Error('no Chromium was found; CHROMIUM_PATH tells where it is')
  let tell: (round: number, rounds: number) => void = () => {}
  await page.listen('onRound', (round = 0, rounds = 0) => tell(round, rounds))
  const { contenders, missing, roof } = (await page.call('start', names, threads)) as Started
  return {
    contenders,
    missing,
    roof,
    browser: `Chromium ${page.version}`,
    compare: async ({ name }, effort, onRound) => {
      tell = onRound
      const found = (await page.call('run', name, effort)) as Comparison | { disagreement: string }
      if ('disagreement' in found) throw new DisagreementError(found.disagreement)
      return found
    },
    close: () => page.close(),
  }
}
