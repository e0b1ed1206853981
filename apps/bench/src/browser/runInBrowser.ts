import { adapterFlags, type BrowserName, type BrowserPage, openPage, remedyOf } from '@unroll/browser'
import { gpuNames } from '../contenders/contenderNames.ts'
import type { Comparison } from '../measure/compareRecurrent.ts'
import type { Runner } from '../runInNode.ts'
import type { Introduction } from './protocol.ts'

/**
 * Runs contenders in a headless browser: in a worker of a cross-origin isolated page, as the dashboard does. Engines, ONNX
 * Runtime Web and TF.js can run there.
 * @throws BrowserMissingError where that browser is not installed
 */
export async function runInBrowser(
  browser: BrowserName,
  names: readonly string[],
  threads: number,
): Promise<Runner> {
  let tell: (round: number, rounds: number) => void = () => {}
  const start = async (
    flags: readonly string[],
  ): Promise<{ page: BrowserPage; introduction: Introduction }> => {
    const page = await openPage(new URL('page.ts', import.meta.url), {
      browser,
      // Lets rounds collect garbage between contenders.
      flags: browser === 'chromium' ? [...flags, '--js-flags=--expose-gc'] : flags,
      worker: new URL('worker.ts', import.meta.url),
      files: {
        '/files/onnxruntime/': new URL('.', import.meta.resolve('onnxruntime-web')),
        '/files/tfjs/': new URL('.', import.meta.resolve('@tensorflow/tfjs-backend-wasm')),
      },
      onTold: (round = 0, rounds = 0) => tell(round, rounds),
    })
    if (page === null) throw new BrowserMissingError(`--browser ${browser}: ${remedyOf(browser)}`)
    return { page, introduction: (await page.call('start', names, threads)) as Introduction }
  }
  const wantsGpu = names.some((name) => gpuNames.includes(name) || /^tfjs-webg/.test(name))
  const [first = [], ...others] = wantsGpu ? adapterFlags(browser) : [[]]
  let opened = await start(first)
  for (const flags of others) {
    if (opened.introduction.missing.length === 0) break
    await opened.page.close()
    opened = await start(flags)
  }
  const { page, introduction } = opened
  const { contenders, missing, failed, roof } = introduction
  return {
    contenders,
    missing,
    failed,
    roof,
    browser: page.version,
    compare: async ({ name }, { effort, memory, onRound }) => {
      tell = onRound
      return (await page.call('run', name, effort, memory)) as readonly Comparison[]
    },
    close: () => page.close(),
  }
}

export class BrowserMissingError extends Error {
  override readonly name = 'BrowserMissingError'
}
