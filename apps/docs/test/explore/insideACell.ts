import type { Locator, Page } from 'playwright'
import { expect } from 'vitest'
import { textsOf } from '../../src/explore/insideACell/texts.ts'
import { nameOf } from '../../src/explore/words.ts'
import { attribute, liveOf, says } from '../visit.ts'

/** Types a word, steps by keys and buttons, looks at all cells, draws a signal, and opens the quickstart's LSTM. */
export async function driveInsideACell(page: Page, language: string): Promise<void> {
  const texts = textsOf(language)
  const live = await liveOf(page, '.inside-a-cell')
  const said = live.locator('.said')
  const timestep = live.locator('.slide').first().locator('span')
  await says(said).toMatch(/^LSTM.* = −?\d\.\d\d$/)

  await live.getByRole('textbox', { name: texts.word }).fill('Mariposa7')
  await says(timestep).toBe(texts.timestepOf(8, 8, '“a”'))
  await says(live).toContain(texts.unknown('7'))
  await says(live.getByRole('region', { name: 'LSTM' }).locator('.cell-says')).toContain(
    nameOf('es', language),
  )

  const cells = live.getByRole('region', { name: texts.keys })
  await cells.focus()
  await cells.press('ArrowLeft')
  await says(timestep).toBe(texts.timestepOf(7, 8, '“s”'))
  await cells.press('ArrowDown')
  await says(live.locator('.slide').last().locator('span')).toBe(`${texts.unit} 2 / 16`)
  await live.getByRole('button', { name: texts.previous }).click()
  await says(said).toContain(`LSTM${comma(language)}${texts.names.c} c`)
  await agreesWithTable(live, said, 'c', texts.names.c)

  await live.getByRole('radio', { name: 'GRU' }).check()
  await says(said).toContain(`GRU${comma(language)}${texts.names.n} n`)
  await live.getByRole('button', { name: texts.names.z }).click()
  await says(said).toContain(`GRU${comma(language)}${texts.names.z} z`)
  await agreesWithTable(live, said, 'z', texts.names.z)
  // A click on a heat map: its third timestep, its last unit.
  const heat = live.getByRole('img', { name: texts.map(`GRU h, ${texts.names.h}`, 16, 8) })
  const { width, height } = (await heat.boundingBox()) ?? { width: 0, height: 0 }
  await heat.click({ position: { x: (2.5 / 8) * width, y: height - 1 }, force: true })
  await says(timestep).toBe(texts.timestepOf(3, 8, '“r”'))
  await says(said).toContain(texts.said('GRU', texts.names.h, 'h', 16, '(1 − '))

  await live.getByRole('button', { name: texts.play, exact: true }).click()
  await live.getByRole('button', { name: texts.pause, exact: true }).waitFor()
  await says(timestep).toBe(texts.timestepOf(4, 8, '“i”'))
  await live.getByRole('button', { name: texts.pause, exact: true }).click()

  await live.getByRole('radio', { name: texts.signal, exact: true }).check()
  await says(live.getByRole('region', { name: 'RNN' }).locator('.cell-says')).toMatch(/−?\d\.\d\d$/)
  await live.getByRole('button', { name: texts.shapes.pulse }).click()
  await draw(page, live)
  const pad = live.getByRole('slider', { name: texts.signalAt })
  await pad.press('ArrowLeft')
  const before = Number(await pad.getAttribute('aria-valuenow'))
  expect(before, 'the value that was drawn').toBeGreaterThan(0.4)
  await pad.press('ArrowDown')
  await attribute(pad, 'aria-valuenow').toBe(String(Math.round(10 * (before - 0.1)) / 10))

  await live.getByRole('radio', { name: texts.quickstart, exact: true }).check()
  await says(live.locator('.slide').last().locator('span')).toContain('/ 112')
  await says(said).toMatch(/^LSTM.* = −?\d\.\d\d$/)
  await live.getByRole('textbox', { name: texts.word }).fill('')
  await says(live).toContain(texts.empty)
}

function comma(language: string): string {
  return language === 'en' ? ', ' : '，'
}

/** What is said of a number is what the table has. */
async function agreesWithTable(live: Locator, said: Locator, letter: string, name: string): Promise<void> {
  const summary = live.locator('.numbers summary')
  const row = live.locator('.numbers tr', {
    has: live.page().getByText(`${letter} ${name}`, { exact: true }),
  })
  if (!(await row.isVisible())) await summary.click()
  const result = (await said.textContent())?.split(' = ').at(-1)
  await says(row.locator('td[data-now="true"]')).toBe(result)
}

/** A line across the field of the signal, from its middle to near its upper right corner. */
async function draw(page: Page, live: Locator): Promise<void> {
  const field = live.locator('.pad-field')
  await field.scrollIntoViewIfNeeded()
  const { x, y, width, height } = (await field.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  const before = await live.locator('.pad-signal').getAttribute('d')
  const expected = await live.locator('.pad-GRU').first().getAttribute('d')
  await page.mouse.move(x + width / 2, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(x + width * 0.95, y + height * 0.2, { steps: 12 })
  await page.mouse.up()
  await attribute(live.locator('.pad-signal'), 'd').not.toBe(before)
  // What the cells expect follows what is drawn.
  await attribute(live.locator('.pad-GRU').first(), 'd').not.toBe(expected)
}
