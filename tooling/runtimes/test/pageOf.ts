import { pathToFileURL } from 'node:url'
import { type BrowserName, type BrowserPage, openPage, remedyOf } from '@unroll/browser'
import { afterAll, beforeAll, type TestContext } from 'vitest'

/**
 * Opens a page of `programs/page.ts` before the tests of a suite, and closes it after them.
 * @param folder tells, once it is there, what the page finds below `/files/bundles/`
 * @returns the page, for a test; where the browser is not installed, the test is skipped and says how to install it
 */
export function pageOf(
  browser: BrowserName,
  folder: () => string,
  headers: Readonly<Record<string, string>> = {},
): (context: TestContext) => BrowserPage {
  let page: BrowserPage | null = null
  beforeAll(async () => {
    page = await openPage(new URL('programs/page.ts', import.meta.url), {
      browser,
      headers,
      files: { '/files/bundles/': pathToFileURL(`${folder()}/`) },
    })
  })
  afterAll(() => page?.close())
  return (context) => page ?? context.skip(remedyOf(browser))
}
