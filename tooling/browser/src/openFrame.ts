import type { BrowserName } from './browsers.ts'
import type * as program from './frameProgram.ts'
import { type BrowserPage, openPage } from './openPage.ts'

/** The functions of frameProgram.ts, called from Node. */
type FrameCalls = {
  readonly [Name in keyof typeof program]: (
    ...args: Parameters<(typeof program)[Name]>
  ) => Promise<Awaited<ReturnType<(typeof program)[Name]>>>
}

export interface Frame extends FrameCalls {
  readonly close: () => Promise<void>
}

/**
 * A frame in a page of a headless browser, for browsers without a driver: it opens pages of these files, clicks and types there.
 * Null where that browser is not installed.
 * @param files folders by the path at which they are served, as in {@link openPage}
 *
 * @example
 * const frame = await openFrame('firefox', { '/site/': folder })
 * await frame?.open('/site/index.html')
 * await frame?.click('button', 'Run')
 * await frame?.says('output', '^Done')
 * await frame?.close()
 */
export async function openFrame(
  browser: BrowserName,
  files: Readonly<Record<string, URL>>,
): Promise<Frame | null> {
  const page = await openPage(new URL('frameProgram.ts', import.meta.url), { browser, files })
  if (page === null) return null
  const call = caller(page)
  return {
    open: call('open'),
    faultsOf: call('faultsOf'),
    waitFor: call('waitFor'),
    scrollTo: call('scrollTo'),
    click: call('click'),
    type: call('type'),
    select: call('select'),
    choose: call('choose'),
    press: call('press'),
    says: call('says'),
    textsOf: call('textsOf'),
    close: () => page.close(),
  }
}

function caller(page: BrowserPage): <Name extends keyof FrameCalls>(name: Name) => FrameCalls[Name] {
  // The page answers with what its program returns, which the types above describe.
  return <Name extends keyof FrameCalls>(name: Name) =>
    ((...args: readonly unknown[]) => page.call(name, ...args)) as FrameCalls[Name]
}
