import { type BrowserPage, browserNames, openPage, remedyOf } from '@unroll/browser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

describe.each(browserNames)('a page of %s', (browser) => {
  const told: (readonly number[])[] = []
  let page: BrowserPage | null = null

  beforeAll(async () => {
    page = await openPage(new URL('page.ts', import.meta.url), {
      browser,
      files: { '/files/here/': new URL('.', import.meta.url) },
      onTold: (...numbers) => told.push(numbers),
    })
  })
  afterAll(() => page?.close())

  it('answers calls, in order', async (context) => {
    if (page === null) return context.skip(remedyOf(browser))
    const open = page
    const sums = await Promise.all([1, 2, 3].map((n) => open.call('add', n, 10)))
    expect(sums).toEqual([11, 12, 13])
    expect(await page.call('isolated')).toBe(true)
  })

  it('passes on what its program throws, and goes on', async (context) => {
    if (page === null) return context.skip(remedyOf(browser))
    await expect(page.call('fail')).rejects.toThrow(/RangeError: expected more/)
    await expect(page.call('nothing')).rejects.toThrow(/TypeError/)
    expect(await page.call('add', 1, 1)).toBe(2)
  })

  it('finds the files it was given, and tells numbers', async (context) => {
    if (page === null) return context.skip(remedyOf(browser))
    expect(await page.call('file', 'page.ts')).toContain('export function isolated')
    expect(await page.call('file', 'other.ts')).toBe('status 404')
    await page.call('count')
    await expect.poll(() => told).toHaveLength(3)
    expect(told).toEqual(
      expect.arrayContaining([
        [1, 1],
        [2, 4],
        [3, 9],
      ]),
    )
  })

  it('fails where the page is gone', async (context) => {
    const other = await openPage(new URL('page.ts', import.meta.url), { browser })
    if (other === null) return context.skip(remedyOf(browser))
    try {
      await expect(other.call('leave')).rejects.toThrow('the page is gone')
    } finally {
      await other.close()
    }
  })

  it('refuses calls once it is closed', async (context) => {
    if (page === null) return context.skip(remedyOf(browser))
    await page.close()
    await expect(page.call('add', 1, 1)).rejects.toThrow('the page was closed')
  })
})

it('fails with what the browser said where that ends', async () => {
  const path = process.env['FIREFOX_PATH']
  process.env['FIREFOX_PATH'] = process.execPath
  try {
    const page = openPage(new URL('page.ts', import.meta.url), { browser: 'firefox' })
    await expect(page).rejects.toThrow(/ended: .*--headless/s)
  } finally {
    if (path === undefined) delete process.env['FIREFOX_PATH']
    else process.env['FIREFOX_PATH'] = path
  }
})
