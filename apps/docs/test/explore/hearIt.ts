import type { Locator, Page } from 'playwright'
import { expect } from 'vitest'
import { textsOf } from '../../src/explore/hearIt/texts.ts'
import { attribute, liveOf, says } from '../visit.ts'

/** Starts the sound, reads load, latency and level, changes settings, and stops it. */
export async function driveHearIt(page: Page, language: string): Promise<void> {
  const texts = textsOf(language)
  const live = await liveOf(page, '.hear')
  await live.getByRole('button', { name: texts.play }).click()
  await says(fact(live, texts.engine)).toBe('wasm')
  await says(fact(live, texts.load)).toMatch(/\d %.*\d .*2667/)
  await says(fact(live, texts.latency)).toMatch(/\d\.\d /)
  await says(fact(live, texts.level)).toMatch(/-\d+\sdB/)

  const pitch = live.getByRole('slider', { name: texts.pitch })
  expect(await pitch.isDisabled()).toBe(true)
  await live.getByRole('combobox', { name: texts.source }).selectOption(texts.sources.sine)
  await pitch.press('Home')
  await attribute(pitch, 'aria-valuetext').toBe('55 Hz')
  await live.getByRole('slider', { name: texts.drive }).press('End')
  // A sine of 0.4 that is twice as loud at the amplifier's input.
  const wave = live.locator('canvas').first()
  await attribute(wave, 'aria-label').toMatch(/0\.40/)

  await live.getByRole('button', { name: texts.stop }).click()
  await live.getByRole('button', { name: texts.play }).waitFor()
  await says(fact(live, texts.level)).toContain(texts.silent)
}

/** What stands beside a name in the list of facts. */
function fact(live: Locator, name: string): Locator {
  return live
    .locator('.hear-facts > div')
    .filter({ has: live.page().getByText(name, { exact: true }) })
    .locator('dd')
}
