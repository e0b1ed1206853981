import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import AxeBuilder from '@axe-core/playwright'
import { executableOf, openFrame, remedyOf } from '@unroll/browser'
import { isFull } from '@unroll/testing/full'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseResult, ranAs } from '../src/result/resultFile.ts'
import { type Dashboard, openDashboard } from './dashboardServer.ts'

let dashboard: Dashboard
beforeAll(async () => {
  dashboard = await openDashboard()
}, 120_000)
afterAll(async () => {
  await dashboard?.[Symbol.asyncDispose]()
})

it('loads at most 200 kB of script without peers, gzipped', () => {
  const html = readFileSync(join(dashboard.files, 'index.html'), 'utf8')
  const assets = readdirSync(join(dashboard.files, 'assets'))
  const bytes = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + gzipSync(readFileSync(join(dashboard.files, 'assets', name))).length, 0)
  const page = [...html.matchAll(/assets\/([^"]+\.js)/g)].map(([, name = '']) => name)
  expect(page.length).toBeGreaterThan(0)
  expect(bytes(page)).toBeLessThan(200_000)
  // What runs our own engines.
  expect(bytes(assets.filter((name) => /^worker-.*\.js$/.test(name)))).toBeLessThan(200_000)
})

it.runIf(isFull)(
  'runs in Firefox, too (skipped where not everything is tested)',
  { timeout: 120_000 },
  async (context) => {
    const frame = await openFrame('firefox', { '/bench/': pathToFileURL(`${dashboard.files}/`) })
    if (frame === null) return context.skip(remedyOf('firefox'))
    try {
      await frame.open('/bench/index.html?lang=en#run')
      await frame.click('label', 'Small')
      await frame.click('summary', 'Single cases')
      await frame.click('.many label', 'lstm-step')
      await frame.click('fieldset label', 'tfjs-wasm')
      await frame.select('select', 'brief')
      await frame.click('button.primary', 'Run')
      await frame.says('.progress p', '^Done\\.')
      expect(await frame.textsOf('table.cases tbody tr :is(th, td)')).toEqual([
        'lstm-step',
        '(1, 1, 128, 128, 1)',
        expect.stringMatching(/ ms$/),
        expect.stringMatching(/ %$/),
        expect.stringMatching(/ %$/),
        // onnxruntime-web, which is chosen at first, and tfjs-wasm.
        expect.stringMatching(/^[\d.]+× /),
        expect.stringMatching(/^[\d.]+× /),
      ])
    } finally {
      await frame.close()
    }
  },
)

const executable = executableOf('chromium')
describe.skipIf(executable === null)(
  `in Chromium (${remedyOf('chromium')} where it shows as skipped)`,
  { timeout: 180_000 },
  () => {
    let browser: Browser
    const faults: string[] = []
    beforeAll(async () => {
      if (executable === null) return
      // The processor stands in for a GPU.
      const args = ['--no-sandbox', '--enable-unsafe-swiftshader']
      browser = await chromium.launch({ executablePath: executable, args })
    })
    afterAll(async () => {
      await browser?.close()
    })

    /** A page of its own; what goes wrong in it is collected in `faults`. */
    async function open(address: string, options: BrowserContextOptions = {}): Promise<Page> {
      faults.length = 0
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
      const page = await context.newPage()
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(`console: ${message.text()}`)
      })
      page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`))
      page.on('request', (request) => {
        const { protocol, hostname } = new URL(request.url())
        if (/^http/.test(protocol) && hostname !== 'localhost') faults.push(`asks ${request.url()}`)
      })
      await page.goto(address)
      return page
    }

    /** Chooses these cases, an effort, and contenders beside wasm. */
    async function choose(
      page: Page,
      cases: readonly string[],
      contenders: readonly string[],
      effort: 'brief' | 'thorough' = 'brief',
    ): Promise<void> {
      await page.locator('summary', { hasText: 'Single cases' }).click()
      // What is chosen at first.
      await page.getByRole('checkbox', { name: /^Small/ }).uncheck()
      for (const name of cases) {
        await page.getByRole('checkbox', { name: new RegExp(`^${name} \\(`) }).check()
      }
      await page.getByLabel('onnxruntime-web').setChecked(contenders.includes('onnxruntime-web'))
      for (const name of contenders) await page.getByRole('checkbox', { name, exact: false }).first().check()
      await page.getByLabel('Effort').selectOption(effort)
    }

    const ended = /^(Done|Stopped|The run ended)/

    it('runs a benchmark to the end, saves it, and reads it again', async () => {
      const page = await open(`${dashboard.isolated}#run`)
      const chosen = ['lstm-step', 'lstm-stream64', 'train-rnn-small']
      await choose(page, chosen, ['webgl2', 'onnxruntime-web', 'tfjs-wasm'])
      await page.getByLabel('memory, too').check()
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      const status = page.locator('.progress p[role=status]')
      await status.filter({ hasText: ended }).waitFor({ timeout: 120_000 })
      expect(await status.textContent()).toBe('Done.')
      expect(await page.locator('.progress').textContent()).toContain('All outputs agree')
      await page.getByRole('button', { name: 'Results' }).click()

      // The table has a line a case, and a ratio for each who took part.
      await page.locator('table.cases:visible').waitFor()
      const line = page.locator('table.cases:visible tbody tr').filter({ hasText: 'lstm-step' })
      expect(await line.locator('td').allTextContents()).toEqual([
        '(1, 1, 128, 128, 1)',
        expect.stringMatching(/ ms$/),
        expect.stringMatching(/ %$/),
        expect.stringMatching(/ %$/),
        ...Array(3).fill(expect.stringMatching(/^[\d.]+× [\d.]+×–[\d.]+×$/)),
      ])
      // The plots have their marks, the tables beside them the same figures.
      for (const id of ['time', 'ratio', 'roofline', 'latency', 'memory']) {
        const figure = page.locator(`#figure-${id}`)
        await figure.locator('svg[role=img]').waitFor()
        expect(await figure.locator('svg svg [aria-label=dot] path').count(), id).toBeGreaterThan(2)
        await figure.locator('summary').click()
        await figure.locator('details tbody tr').nth(2).waitFor()
      }
      // Whole steps come first among the passes of training. Both contenders have a mark for forward and backward, and one in
      // the legend.
      const step = page.locator('table.cases:visible tbody tr').filter({ hasText: 'train-rnn-small' })
      expect(await step.locator('th').allTextContents()).toEqual(['train-rnn-small-step'])
      expect(await page.locator('#figure-training-roof svg svg [aria-label=dot] path').count()).toBe(4)
      await page.getByRole('combobox', { name: /^Training/ }).selectOption('backward')
      await step.filter({ hasText: 'train-rnn-small-backward' }).waitFor()
      const save = async (name: string, at: Page | ReturnType<Page['locator']> = page): Promise<string> => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          at.getByRole('button', { name, exact: true }).click(),
        ])
        return readFile(await download.path(), 'utf8')
      }
      const saved = await save('Save as a file')
      const result = parseResult(saved)
      expect([...new Set(result.cases.map(ranAs))]).toEqual(chosen)
      expect(result.environment).toMatchObject({ isolated: 'yes', threads: '1' })
      expect(result.environment.browser).toMatch(/^Chromium \d+/)
      for (const { contender, memoryBytes, roundMs } of result.cases[0]?.results ?? []) {
        expect(roundMs?.length).toBeGreaterThan(1)
        if (contender !== 'webgl2') expect(memoryBytes, contender).toBeGreaterThan(500_000)
      }
      expect(await save('Save the samples (CSV)')).toMatch(
        /^case,contender,round,ms\nlstm-step,wasm,1,[\d.]+\n/,
      )
      const ratio = page.locator('#figure-ratio')
      expect(await save('Save CSV', ratio)).toMatch(/^case,contender,median,low,high\nlstm-step,webgl2,/)
      const svg = await save('Save SVG', ratio)
      expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/)
      expect(svg).toContain('>onnxruntime-web</text>')
      expect(faults).toEqual([])
      await page.context().close()

      const again = await open(dashboard.plain)
      const file = join(dashboard.files, 'saved.json')
      writeFileSync(file, saved)
      await again.getByLabel('Open a saved run').setInputFiles(file)
      await again
        .getByRole('option', { name: /^from a file/ })
        .first()
        .waitFor({ state: 'attached' })
      expect(await again.locator('table.cases:visible tbody th[scope=row]').allTextContents()).toEqual([
        'lstm-step',
        'lstm-stream64',
        'train-rnn-small-step',
      ])
      // Beside a recorded run that has the same case.
      await again.getByLabel('Compare with').selectOption('2026-11-26-amd-epyc')
      await again.getByText('Time in 2026-11-26-amd-epyc').waitFor()
      expect(await again.locator('table.cases:visible tbody tr').count()).toBe(2)
      await again.context().close()
    })

    it('stops in the middle, and keeps what was measured', async () => {
      const page = await open(`${dashboard.isolated}#run`)
      // What is to be seen while a case runs must be there for some seconds: a busy machine may not look for so long.
      await choose(page, ['lstm-step', 'lstm-batch32'], [], 'thorough')
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      await page.locator('.progress').getByText('Case 2 of 2: lstm-batch32').waitFor({ timeout: 60_000 })
      await page.getByRole('button', { name: 'Stop', exact: true }).click()
      await page.getByText('Stopped. What was measured until then is below.').waitFor()
      expect(await page.locator('table.cases:visible tbody tr').count()).toBe(1)
      // Another run starts anew.
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      await page.locator('.progress').getByText('Case 1 of 2').waitFor()
      await page.getByRole('button', { name: 'Stop', exact: true }).click()
      expect(faults).toEqual([])
      await page.context().close()
    })

    // Without a browser, benchRun.test.ts and compareRecurrent.node.test.ts test this and the next.
    it.runIf(isFull)(
      'waits while its tab is in the background (skipped where not everything is tested)',
      async () => {
        const page = await open(`${dashboard.isolated}#run`)
        const turn = (state: string): Promise<void> =>
          page.evaluate((to) => {
            Object.defineProperty(document, 'visibilityState', { value: to, configurable: true })
            document.dispatchEvent(new Event('visibilitychange'))
          }, state)
        await choose(page, ['lstm-batch32'], [], 'thorough')
        await page.getByRole('button', { name: 'Run', exact: true }).click()
        await page.locator('.progress').getByText('Case 1 of 1').waitFor()
        await turn('hidden')
        await page.getByText('Paused: a tab in the background').waitFor()
        await turn('visible')
        await page.getByText('Done.').waitFor({ timeout: 120_000 })
        expect(faults).toEqual([])
        await page.context().close()
      },
    )

    it.runIf(isFull)(
      'names a contender that computes other numbers, and does not time it (skipped where not everything is tested)',
      async () => {
        const page = await open(`${dashboard.isolated}#run`)
        const double = 'padded(workload).map((value) => 2 * value)'
        await page.context().route(/\/onnxruntimeWeb-.*\.js$/, async (route) => {
          const response = await route.fetch()
          const code = await response.text()
          // The file is not minified; else this would test nothing.
          expect(code).toContain('padded(workload), [')
          await route.fulfill({ response, body: code.replace('padded(workload), [', `${double}, [`) })
        })
        await choose(page, ['lstm-step'], ['onnxruntime-web'])
        await page.getByRole('button', { name: 'Run', exact: true }).click()
        await page.getByText('Done.').waitFor({ timeout: 60_000 })
        expect(await page.locator('.progress .fault').allTextContents()).toEqual([
          expect.stringMatching(
            /^lstm-step: onnxruntime-web failed: lstm-step: onnxruntime-web against wasm: output\[\d+\]: expected .* within 0.0001, got/,
          ),
        ])
        expect(await page.locator('table.cases:visible thead th').last().textContent()).toBe('Roofline')
        await page.context().close()
      },
    )

    it('ends a contender that hangs, and names one that cannot be loaded', async () => {
      const page = await open(`${dashboard.isolated}#run`)
      // Peers come from files of their own: here with other contents.
      const instead = async (name: RegExp, change: (code: string) => string): Promise<void> => {
        await page.context().route(name, async (route) => {
          const response = await route.fetch()
          await route.fulfill({ response, body: change(await response.text()) })
        })
      }
      await page.clock.install()
      await instead(/\/onnxruntimeWeb-.*\.js$/, (code) => `${code}\nfor (;;) {}`)
      await page.context().route(/\/tfjsWasm-.*\.js$/, (route) => route.abort())
      await choose(page, ['lstm-step'], ['onnxruntime-web', 'tfjs-wasm'])
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      await page.getByText('onnxruntime-web is loaded').waitFor()
      await page.clock.fastForward(31_000)
      await page.getByText('Done.').waitFor({ timeout: 60_000 })
      const told = await page.locator('.progress .fault').allTextContents()
      expect(told).toEqual([
        expect.stringMatching(/^tfjs-wasm failed: .*(import|fetch)/),
        expect.stringMatching(/^onnxruntime-web failed: no sign of life for 30 s/),
      ])
      expect(await page.locator('table.cases:visible tbody tr').count()).toBe(1)
      await page.context().close()
    })

    it('says what is wrong with a file or a link, and lives on', async () => {
      const page = await open(dashboard.plain)
      await page.locator('table.cases:visible').waitFor()
      const recorded = readFileSync(new URL('../results/2026-11-26-amd-epyc.json', import.meta.url), 'utf8')
      for (const [name, text, message] of [
        ['notes.txt', 'hello', 'notes.txt is no result of a benchmark: it is not JSON.'],
        ['cut.json', recorded.slice(0, 5000), 'cut.json is no result of a benchmark'],
        ['future.json', '{"schema": 7}', 'future.json was saved by a later version'],
        ['other.json', '{"schema": 1, "cases": []}', 'other.json is damaged, or no result of this benchmark'],
        ['evil.json', recorded.replace('"lstm-step"', '{"toString": 1}'), 'evil.json is damaged'],
      ] as const) {
        await page
          .getByLabel('Open a saved run')
          .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) })
        await page.getByRole('alert').filter({ hasText: message }).waitFor()
        expect(await page.locator('table.cases:visible').count()).toBe(1)
      }
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await page.getByRole('button', { name: 'Copy a link' }).click()
      await page.getByText(/^Copied/).waitFor()
      const link = await page.evaluate(() => navigator.clipboard.readText())
      expect(faults).toEqual([])

      await page.goto('about:blank')
      await page.goto(link)
      await page
        .getByRole('option', { name: /^from a link/ })
        .first()
        .waitFor({ state: 'attached' })
      expect(await page.locator('table.cases:visible tbody tr').count()).toBeGreaterThan(20)
      await page.goto('about:blank')
      await page.goto(link.slice(0, -400))
      await page.getByRole('alert').filter({ hasText: 'This link is not whole' }).waitFor()
      await page.locator('table.cases:visible').waitFor()
      await page.context().close()
    })

    it.runIf(isFull)(
      'says that there are no threads where the page is not isolated, and runs (skipped where not everything is tested)',
      async () => {
        const page = await open(`${dashboard.plain}#run`)
        await page.getByText('This page is not cross-origin isolated').waitFor()
        expect(await page.getByLabel('Threads').isDisabled()).toBe(true)
        await choose(page, ['lstm-step'], ['onnxruntime-web'])
        await page.getByRole('button', { name: 'Run', exact: true }).click()
        await page.getByText('Done.').waitFor({ timeout: 120_000 })
        expect(faults).toEqual([])
        await page.context().close()
      },
    )

    const looks = [
      ['zh-CN', 390, 'dark'],
      ['en', 1280, 'light'],
      ['zh-CN', 1280, 'dark'],
      ['en', 390, 'light'],
    ] as const
    it.runIf(isFull).each(looks)(
      'in %s at %d px, %s: fits, and has no serious fault for axe (skipped where not everything is tested)',
      async (locale, width, colorScheme) => {
        const page = await open(`${dashboard.plain}?lang=${locale}`, {
          viewport: { width, height: 844 },
          colorScheme,
        })
        await page.locator('#figure-latency svg').first().waitFor()
        expect(await page.locator('html').getAttribute('lang')).toBe(locale)
        await page.locator('table.cases:visible button.plain').first().click()
        for (const view of ['results', 'run', 'method']) {
          await page.goto(`${dashboard.plain}?lang=${locale}#${view}`)
          await page.locator(`nav a[href="#${view}"][aria-current]`).waitFor()
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
          expect(wide, view).toBeLessThanOrEqual(0)
          const { violations } = await new AxeBuilder({ page }).exclude('.plot svg').analyze()
          const serious = violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
          expect(serious, view).toEqual([])
        }
        expect(faults).toEqual([])
        await page.context().close()
      },
    )
  },
)
