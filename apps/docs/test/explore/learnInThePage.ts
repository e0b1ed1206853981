import { readFile } from 'node:fs/promises'
import { load } from '@unroll/weights'
import type { Browser, Locator, Page } from 'playwright'
import { expect } from 'vitest'
import { gestureNames } from '../../src/explore/learnInThePage/gestureNames.ts'
import { type Texts, textsOf } from '../../src/explore/learnInThePage/texts.ts'
import { attribute, liveOf, says } from '../visit.ts'

/** Milliseconds from which on people notice that a page does not react. */
const longTask = 50
/** Seconds of training on a machine that does other things; on a free one it takes 3. */
const patience = 60

/** Learns, draws, adds a class, pauses, comes back after a reload, loses its worker, downloads the run, and forgets it. */
export async function driveLearnInThePage(page: Page, language: string): Promise<void> {
  const texts = textsOf(language)
  const live = await enter(page)
  await says(live.getByRole('status')).toBe(texts.begin)
  await live.getByRole('button', { name: texts.tryExample(texts.names.spiral, 1) }).click()
  await says(live.locator('.learn-said')).toBe(texts.notTrained)

  const longest = await longestTask(page, async () => {
    await live.getByRole('button', { name: texts.train }).click()
    await expect.poll(() => accuracyOf(live), { timeout: 1000 * patience }).toBeGreaterThanOrEqual(95)
  })
  expect(longest, 'milliseconds of the longest task').toBeLessThan(longTask)
  expect(Number.parseFloat((await fact(live, texts.time).textContent()) ?? '')).toBeLessThan(patience)
  await says(live.locator('.learn-said')).toBe(texts.best(texts.names.spiral))
  await draw(page, live)
  await says(live.locator('.learn-said')).toBe(texts.best(texts.names.zigzag))

  await addToNewClass(live, texts, 'lightning')
  const step = await goneOn(live, texts, 0)
  await goneOn(live, texts, step)
  const paused = await pause(live, texts)

  await page.reload()
  await enter(page)
  await says(live.getByRole('status')).toBe(texts.resumed(paused))
  await says(fact(live, texts.step)).toBe(String(paused))
  await says(live.locator('.learn-classes')).toContain('lightning')
  await attribute(live.locator('.learn-plot path.accuracy'), 'd').toMatch(/^M.+L/)
  await loseWorker(page, live, texts, paused)
  await download(page, live, texts)

  await live.getByRole('button', { name: texts.forget }).click()
  await says(live.getByRole('status')).toBe(texts.begin)
  await page.reload()
  await enter(page)
  await says(live.getByRole('status')).toBe(texts.begin)
  await says(live.locator('.learn-classes')).not.toContain('lightning')
}

function enter(page: Page): Promise<Locator> {
  return liveOf(page, '.learn')
}

/** Percent of the held-out samples that are right. */
async function accuracyOf(live: Locator): Promise<number> {
  return Number.parseFloat((await live.locator('figcaption b').last().textContent()) ?? '') || 0
}

function fact(live: Locator, name: string): Locator {
  return live
    .locator('.learn-facts > div')
    .filter({ has: live.page().getByText(name, { exact: true }) })
    .locator('dd')
}

async function stepOf(live: Locator, texts: Texts): Promise<number> {
  return Number(await fact(live, texts.step).textContent())
}

/** Waits for a later step, and returns it. */
async function goneOn(live: Locator, texts: Texts, step: number): Promise<number> {
  await expect.poll(() => stepOf(live, texts), { timeout: 30_000 }).toBeGreaterThan(step)
  return stepOf(live, texts)
}

async function pause(live: Locator, texts: Texts): Promise<number> {
  await live.getByRole('button', { name: texts.pause }).click()
  await attribute(live, 'data-status').toBe('resting')
  const step = await stepOf(live, texts)
  await says(live.getByRole('status')).toBe(texts.paused(step))
  return step
}

/**
 * Milliseconds of the longest task on the page's thread while something is done: those in which it had the processor. The browser's own
 * list of long tasks also counts the time in which other programs had it.
 */
async function longestTask(page: Page, act: () => Promise<void>): Promise<number> {
  const browser: Browser | null = page.context().browser()
  if (browser === null) throw new Error('expected a page of a browser')
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] })
  await act()
  const trace: { readonly traceEvents: readonly TraceEvent[] } = JSON.parse(
    (await browser.stopTracing()).toString(),
  )
  const isMain = (event: TraceEvent): boolean =>
    event.name === 'thread_name' && event.args?.name === 'CrRendererMain'
  const threads = new Set(trace.traceEvents.filter(isMain).map(({ pid, tid }) => `${pid} ${tid}`))
  const tasks = trace.traceEvents.flatMap(({ name, pid, tid, tdur }) =>
    name === 'RunTask' && tdur !== undefined && threads.has(`${pid} ${tid}`) ? [tdur / 1000] : [],
  )
  expect(tasks.length, 'tasks of the page').toBeGreaterThan(100)
  return Math.max(...tasks)
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Microseconds in which the thread had the processor; absent of a task that was still going on. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** A zigzag of four strokes across the field. */
async function draw(page: Page, live: Locator): Promise<void> {
  const field = live.locator('.learn-field')
  await field.scrollIntoViewIfNeeded()
  const { x, y, width, height } = (await field.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  const corner = (at: number): readonly [number, number] => [
    x + width * (0.1 + 0.2 * at),
    y + height * (at % 2 === 0 ? 0.65 : 0.35),
  ]
  await page.mouse.move(...corner(0))
  await page.mouse.down()
  for (const at of [1, 2, 3, 4]) await page.mouse.move(...corner(at), { steps: 6 })
  await page.mouse.up()
}

async function addToNewClass(live: Locator, texts: Texts, name: string): Promise<void> {
  await live.getByRole('combobox', { name: texts.addTo }).selectOption(texts.newClass)
  await live.getByRole('textbox', { name: texts.newName }).fill(name)
  await live.getByRole('button', { name: texts.add, exact: true }).click()
  await says(live.locator('.learn-classes li').nth(gestureNames.length)).toBe(
    `${name}${texts.drawings(1, true)}`,
  )
  await says(live.locator('.learn-answer li').nth(gestureNames.length)).toContain(name)
}

/** The worker dies in the middle of a run: the page says so, and goes on from the last report with another one. */
async function loseWorker(page: Page, live: Locator, texts: Texts, step: number): Promise<void> {
  const goOn = live.getByRole('button', { name: texts.goOn })
  const [worker] = await Promise.all([page.waitForEvent('worker'), goOn.click()])
  await goneOn(live, texts, step)
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error('out of memory')
    })
  })
  await goOn.waitFor()
  const reached = await stepOf(live, texts)
  await says(live.getByRole('status')).toContain(texts.failures.died(reached))
  await says(live.getByRole('status')).toContain('out of memory')
  await goOn.click()
  await goneOn(live, texts, reached)
  await pause(live, texts)
}

async function download(page: Page, live: Locator, texts: Texts): Promise<void> {
  const step = await stepOf(live, texts)
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    live.getByRole('button', { name: texts.download }).click(),
  ])
  expect(file.suggestedFilename()).toBe(`gestures-${step}.pt`)
  const run = await load(new Uint8Array(await readFile(await file.path())))
  expect(run).toBeInstanceOf(Map)
  if (!(run instanceof Map)) return
  expect([...run.keys()]).toEqual(['model', 'optimizer', 'generator', 'loader', 'samples', 'step', 'seconds'])
  expect(run.get('step')).toBe(step)
}
