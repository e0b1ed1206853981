import { adapterFlags, type BrowserName, type BrowserPage, openPage, remedyOf } from '@unroll/browser'
import { Unavailable } from './row.ts'

/** A page in each browser, opened when it is first needed: starting a browser takes the longest. */
export class Pages {
  readonly #files: URL
  readonly #opened = new Map<BrowserName, Promise<BrowserPage | null>>()

  /** @param files what the pages find below `/files/bundles/` */
  constructor(files: URL) {
    this.#files = files
  }

  /** @throws Unavailable where that browser is not installed */
  async open(browser: BrowserName): Promise<BrowserPage> {
    const opening =
      this.#opened.get(browser) ??
      openPage(new URL('page.ts', import.meta.url), {
        browser,
        flags: adapterFlags(browser).at(-1) ?? [],
        files: { '/files/bundles/': this.#files },
      })
    this.#opened.set(browser, opening)
    const page = await opening
    if (page === null) throw new Unavailable(remedyOf(browser))
    return page
  }

  async close(): Promise<void> {
    for (const opened of this.#opened.values()) await (await opened.catch(() => null))?.close()
  }
}
