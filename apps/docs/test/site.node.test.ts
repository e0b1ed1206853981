import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import AxeBuilder from '@axe-core/playwright'
import { executableOf, remedyOf } from '@unroll/browser'
import { Module } from '@unroll/nn'
import { isFull } from '@unroll/testing/full'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageNames } from '../packageNames.ts'
import { packages } from '../src/live/packages.ts'
import { deadLinks } from './crawl.ts'
import { testExplorables, testLacks, testWithoutWebAssembly } from './explorables.ts'
import { testFirefox } from './firefox.ts'
import { filesOf } from './folders.ts'
import { largestPaint } from './paint.ts'
import { openSite, type Site } from './site.ts'
import { visit } from './visit.ts'

/** One page of each kind that people wrote, and one that is made of docstrings. */
const few = [
  ...['', 'zh-cn/', 'reference/lstm/', 'playground/', 'results/benchmarks/'],
  ...(isFull ? ['api/unroll/sequence/classes/lstm/'] : []),
]
/** Pages whose looks are checked: one of them in a folder, at the root each of its kind and all with something to explore. */
const isLookedAt = (base: string, page: string): boolean =>
  base === '/' ? few.includes(page) || page.startsWith('explore/') : page === 'zh-cn/'
const executable = executableOf('chromium')

/** Pages that people wrote, by their address in the site. */
const written = [...filesOf('src/content/docs', '.mdx').keys()]
  .filter((name) => !name.startsWith('api/'))
  .map((name) =>
    `${name.replace(/(^|\/)index\.mdx$/, '$1').replace(/\.mdx$/, '')}/`.replace(/^\/$|\/\/$/, ''),
  )
const english = written.filter((page) => !page.startsWith('zh-cn'))
describe.each(['/unroll/', ...(isFull ? ['/'] : [])])('the site under %s', (base) => {
  const visited = base === '/' ? [...new Set([...english, ...few])] : few
  let site: Site
  let browser: Browser
  beforeAll(async () => {
    site = await openSite(base)
    if (executable !== null)
      browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] })
  }, 900_000)
  afterAll(async () => {
    await browser?.close()
    await site?.[Symbol.asyncDispose]()
  })

  it('has no link, picture, script or anchor that leads nowhere', () => {
    expect(deadLinks(site.files, base)).toEqual([])
  })

  it('loads at most 40 kB of script where nothing is live, and 150 kB where something is, gzipped', () => {
    for (const page of written) {
      const text = readFileSync(join(site.files, page, 'index.html'), 'utf8')
      const isLive = text.includes('<astro-island')
      expect(scriptBytes(site, text), page).toBeLessThan((isLive ? 150 : 40) * 1000)
    }
  })

  it('tells of each layer what is its like in PyTorch, where its source is, and which errors it throws', () => {
    const ofNoLayer = ['RNNCellBase', 'SelectOutput']
    const layers = ['nn', 'cells', 'sequence'].flatMap((home) =>
      Object.values(packages[`@unroll/${home}`] ?? {})
        .filter((value) => typeof value === 'function' && value.prototype instanceof Module)
        .map(({ name }: { readonly name: string }) => ({ home, name }))
        .filter(({ name }) => !ofNoLayer.includes(name)),
    )
    for (const { home, name } of layers) {
      const page = `api/unroll/${home}/classes/${name.toLowerCase()}`
      const text = readFileSync(join(site.files, page, 'index.html'), 'utf8')
      expect(text).toContain(`href="https://docs.pytorch.org/docs/stable/generated/torch.nn.${name}.html"`)
      expect(text).toMatch(
        /href="https:\/\/github.com\/[\w/-]+\/blob\/main\/packages\/\w+\/src\/\w+.ts#L\d+"/,
      )
    }
    expect(layers.length).toBeGreaterThan(20)
  })

  it('sets the equations of the reference without a script', () => {
    for (const layer of ['sequence/classes/lstm', 'cells/classes/grucell', 'nn/classes/softmax']) {
      const text = readFileSync(join(site.files, 'api/unroll', layer, 'index.html'), 'utf8')
      expect(text).toContain('<span class="katex-display">')
      expect(text).not.toContain('language-math')
      expect(text).toMatch(/<li><code[^>]*>RangeError<\/code>|<li><code[^>]*>RuntimeError<\/code>/)
      expect(scriptBytes(site, text), layer).toBeLessThan(40_000)
    }
  })

  describe.skipIf(executable === null)(
    `in Chromium (${remedyOf('chromium')} where it shows as skipped)`,
    () => {
      it.each(visited)(
        '%s: what it runs prints what it shows, without an error or a request to others',
        {
          timeout: 180_000,
        },
        async (path) => {
          const context = await browser.newContext()
          const { page, faults } = await visit(context, `${site.home}${path}`)
          for (const live of await page.locator('.live:not(.playground)').all()) {
            await live.scrollIntoViewIfNeeded()
            await live.and(page.locator('astro-island:not([ssr]) .live')).waitFor()
            const printed = await live.locator('.live-output pre').textContent()
            await live.locator('button.primary').click()
            await live
              .locator('.live-output p.done, .live-output p.failed')
              .filter({ hasNotText: /…/ })
              .waitFor({ timeout: 60_000 })
            expect((await live.locator('.live-output pre').textContent())?.trimEnd()).toBe(printed?.trimEnd())
          }
          expect(faults).toEqual([])
          await context.close()
        },
      )

      it.each(visited.filter((page) => isLookedAt(base, page)))(
        '%s: fits a phone, moves nothing while it loads, and has no serious fault for axe, light or dark',
        {
          timeout: 120_000,
        },
        async (path) => {
          for (const [width, colorScheme] of [
            [1280, 'light'],
            [390, 'dark'],
          ] as const) {
            const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme })
            const { page } = await visit(context, `${site.home}${path}`)
            const { wide, shift } = await layoutOf(page)
            // On a machine that does other things fonts may come late: of what moved, the least of three loads counts.
            const shifts = [shift]
            while (shifts.length < 3 && Math.min(...shifts) >= 0.1) {
              await page.reload({ waitUntil: 'load' })
              shifts.push((await layoutOf(page)).shift)
            }
            expect(wide, `${width} px: wider than the window by`).toBeLessThanOrEqual(0)
            expect(Math.min(...shifts), `${width} px: layout shift`).toBeLessThan(0.1)
            // The page lets the keyboard into wide samples when it has nothing else to do.
            await page.waitForFunction(() =>
              [...document.querySelectorAll<HTMLElement>('pre')].every(
                (pre) => pre.scrollWidth <= pre.clientWidth || pre.tabIndex >= 0,
              ),
            )
            const { violations } = await new AxeBuilder({ page }).analyze()
            const serious = violations
              .filter(({ impact }) => impact === 'serious' || impact === 'critical')
              .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
            expect(serious, `${width} px, ${colorScheme}`).toEqual([])
            await context.close()
          }
        },
      )

      it('has no page that is wider than a phone', { timeout: 180_000 }, async () => {
        const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
        for (const path of visited === few ? few : written) {
          const { page } = await visit(context, `${site.home}${path}`)
          expect((await layoutOf(page)).wide, path).toBeLessThanOrEqual(0)
          await page.close()
        }
        await context.close()
      })

      it('finds a Chinese word in the middle of a phrase', async () => {
        const context = await browser.newContext({ locale: 'zh-CN' })
        const { page } = await visit(context, `${site.home}zh-cn/`)
        await page.locator('site-search button').first().click()
        await page.locator('site-search input').fill('细胞状态')
        await page.locator('.pagefind-ui__result-link').first().waitFor()
        const found = await page
          .locator('.pagefind-ui__result-link')
          .evaluateAll((links) => links.map((a) => a.getAttribute('href')))
        expect(found.some((href) => href?.includes('zh-cn/reference/lstm/'))).toBe(true)
        await context.close()
      })

      it('stops a loop without an end, cuts a million lines, and shows what is thrown', {
        timeout: 120_000,
      }, async () => {
        const context = await browser.newContext()
        const { page } = await visit(context, `${site.home}playground/`)
        const run = async (code: string): Promise<string> => {
          await page.locator('.cm-content').fill(code)
          await page.locator('.playground button.primary').click()
          const note = page.locator('.live-output p').filter({ hasNotText: /^Running/ })
          await note.waitFor({ timeout: 60_000 })
          return (await note.textContent()) ?? ''
        }
        await page.clock.install()
        await page.locator('.cm-content').fill('for (;;) {}')
        await page.locator('.playground button.primary').click()
        await page.getByText(/^Running/).waitFor()
        await page.clock.fastForward(15_000)
        await page.getByText('no end after 15 s').waitFor()
        await page.clock.resume()
        expect(await run('for (let i = 0; i < 1e6; i++) console.log(i)')).toContain(
          '999000 more lines are not shown',
        )
        expect(await run('null.x')).toContain('TypeError')
        expect(await run('const = 1')).toContain('SyntaxError')
        expect(await run("import x from 'left-pad'\nconsole.log(x)")).toContain('ImportError')
        expect(await run('console.log(6 * 7)')).toContain('Finished')
        await context.close()
      })

      it('is read without JavaScript, too', async () => {
        const context = await browser.newContext({ javaScriptEnabled: false })
        const { page } = await visit(context, `${site.home}reference/lstm/`)
        expect(await page.locator('main').textContent()).toContain('tensor([[ 0.0035')
        await context.close()
      })

      // Readers of Chinese come to the root of a host, others to a folder.
      const language = base === '/' ? 'zh-cn' : 'en'
      const place = { home: () => site.home, browser: () => browser, language } as const
      testExplorables(place)
      if (isFull && base !== '/') testLacks(place)

      it.each(['', 'guide/from-pytorch/'])(
        '%s: its largest part is painted within 1.5 s, over a slow line',
        { timeout: 60_000 },
        async (path) => {
          // On a machine that does other things, the least of up to five loads counts.
          const times = [await largestPaint(browser, `${site.home}${path}`)]
          while (times.length < 5 && Math.min(...times) >= 1500) {
            times.push(await largestPaint(browser, `${site.home}${path}`))
          }
          expect(Math.min(...times)).toBeLessThan(1500)
        },
      )
    },
  )

  if (!isFull || base === '/') return
  describe.skipIf(executable === null)(
    `in Chromium without WebAssembly (${remedyOf('chromium')} where it shows as skipped)`,
    () => {
      let interpreter: Browser
      beforeAll(async () => {
        // Without a compiler Chromium has no WebAssembly, in workers and worklets either.
        const args = ['--no-sandbox', '--js-flags=--jitless']
        if (executable !== null) interpreter = await chromium.launch({ executablePath: executable, args })
      })
      afterAll(() => interpreter?.close())
      testWithoutWebAssembly({ home: () => site.home, browser: () => interpreter, language: 'en' })
    },
  )

  testFirefox(() => site)
})

/** By how many pixels a page is wider than its window, and how much of it moved while it loaded, as browsers count that. */
function layoutOf(page: Page): Promise<{ readonly wide: number; readonly shift: number }> {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        let shift = 0
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) shift += Number(Reflect.get(entry, 'value'))
        }).observe({ type: 'layout-shift', buffered: true })
        setTimeout(() => resolve({ wide: document.documentElement.scrollWidth - innerWidth, shift }), 300)
      }),
  )
}

/** Bytes of the scripts that a page loads by itself, and of what these import, gzipped. */
function scriptBytes(site: Site, text: string): number {
  const seen = new Set<string>()
  const add = (path: string): void => {
    const inside = new URL(path, `http://site${site.base}`).pathname.slice(site.base.length)
    if (seen.has(inside)) return
    seen.add(inside)
    const code = readFileSync(join(site.files, inside), 'utf8')
    for (const [, from = ''] of code.matchAll(
      /(?:^|[;}\s])(?:import|export)[^'"()]*?['"](\.[^'"]+\.js)['"]/g,
    )) {
      add(new URL(from, `http://site${site.base}${inside}`).pathname)
    }
  }
  for (const [, path = ''] of text.matchAll(/ (?:src|component-url|renderer-url)="([^"]+\.js)"/g)) add(path)
  const inline = [...text.matchAll(/<script(?![^>]*src=)[^>]*>(.*?)<\/script>/gs)]
    .map(([, code = '']) => code)
    .join('\n')
  let bytes = gzipSync(inline).length
  for (const inside of seen) bytes += gzipSync(readFileSync(join(site.files, inside))).length
  return bytes
}

it('shows every page that was written in the menu', () => {
  const menu = readFileSync(new URL('../sidebar.ts', import.meta.url), 'utf8')
  const missing = english.filter((page) => page !== '' && !menu.includes(`'${page.slice(0, -1)}'`))
  expect(missing).toEqual([])
})

it('has a reference of every package', () => {
  const folders = readdirSync(new URL('../../../packages', import.meta.url))
  expect([...packageNames, 'torch'].sort()).toEqual(folders.sort())
})
