import type { Page } from 'playwright'
import { expect } from 'vitest'
import { presets } from '../../src/explore/vanishingGradients/settings.ts'
import { textsOf } from '../../src/explore/vanishingGradients/texts.ts'
import { attribute, liveOf, says } from '../visit.ts'

/** Opens the gates, makes the sequence longer, goes back in time, and draws other weights. */
export async function driveVanishingGradients(page: Page, language: string): Promise<void> {
  const texts = textsOf(language)
  const live = await liveOf(page, '.vanishing')
  const status = live.locator('[role="status"]')
  const fact = (name: string) => live.getByRole('row', { name }).getByRole('cell')
  const vanished = fact(texts.vanished)
  await says(status).toContain('wasm')
  await says(vanished.first()).toBe(texts.after(12))

  await live.getByRole('button', { name: texts.presets.open }).click()
  await says(vanished.nth(1)).toBe(texts.both(texts.after(null), texts.after(null)))
  await attribute(live.getByRole('slider', { name: texts.gateBias }), 'aria-valuetext').toBe(
    `+ ${presets.open.gateBias}`,
  )

  await live.getByRole('slider', { name: texts.length }).press('End')
  const said = live.locator('.said')
  await says(said).toContain(texts.at(90, 10))
  await live.getByRole('region', { name: texts.keys }).press('ArrowLeft')
  await says(said).toContain(texts.at(89, 11))
  await attribute(live.getByRole('img').nth(1), 'aria-label').toMatch(/^LSTM.*\d\.\d+/)

  await live.getByRole('checkbox').check()
  await says(fact(texts.behind).first()).toBe(texts.matrix('1.00', '1.00'))
  await live.getByRole('slider', { name: texts.scale }).press('End')
  await says(vanished.first()).toBe(texts.after(null))

  await live.getByRole('button', { name: texts.draw }).click()
  await says(status).toContain(texts.took(2, '', '').slice(0, 8))
  await live.getByText(texts.table).click()
  expect(await live.locator('.numbers tbody tr').count()).toBe(4)
}
