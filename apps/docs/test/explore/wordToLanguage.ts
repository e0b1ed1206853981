import type { Page } from 'playwright'
import { nameOf } from '../../src/explore/words.ts'
import { textsOf } from '../../src/explore/wordToLanguage/texts.ts'
import { liveOf, says } from '../visit.ts'

/**
 * Reads what the page brings along, types words, and chooses a letter and a language by keys.
 * @param engine what the page says of the engine that computes
 */
export async function driveWordToLanguage(
  page: Page,
  language: string,
  engine: string = textsOf(language).engine('wasm'),
): Promise<void> {
  const texts = textsOf(language)
  const best = (code: string): string => texts.best(nameOf(code, language), '').slice(0, -2)
  const live = await liveOf(page, '.word-to-language')
  const said = live.locator('.said')
  await says(said).toContain(best('de'))
  await says(live).toContain(texts.notYet)

  const word = live.getByRole('textbox', { name: texts.word })
  await word.fill('papillon3')
  await says(said).toContain(best('fr'))
  await says(live).toContain(texts.unknown('3'))
  await says(live.locator('.hint').last()).toContain(engine)
  const heats = live.getByRole('region', { name: texts.keys })
  await live.getByRole('img', { name: texts.map(texts.added, 8, 8) }).waitFor()
  await heats.focus()
  await heats.press('ArrowLeft')
  await says(said).toContain(texts.adds('o', nameOf('fr', language), '').split('o')[0] ?? '')
  await says(said).toContain('“o”')
  await heats.press('ArrowUp')
  await says(said).toContain(best('fr'))
  await says(said).toContain(nameOf('en', language))

  await live.getByRole('button', { name: 'mariposa' }).click()
  await says(said).toContain(best('es'))
  await says(live.locator('.bars [data-best="true"]')).toContain(nameOf('es', language))
  await word.fill('')
  await says(said).toBe(texts.empty)
}
