import type { Browser, BrowserContext, Page } from 'playwright'
import { afterEach, describe, expect, it } from 'vitest'
import { textsOf as inspectorTexts } from '../src/explore/checkpointInspector/texts.ts'
import { textsOf as soundTexts } from '../src/explore/hearIt/texts.ts'
import { textsOf as learnTexts } from '../src/explore/learnInThePage/texts.ts'
import { textsOf as gradientTexts } from '../src/explore/vanishingGradients/texts.ts'
import { textsOf as wordTexts } from '../src/explore/wordToLanguage/texts.ts'
import { textsOf as liveTexts } from '../src/live/texts.ts'
import { driveCheckpointInspector } from './explore/checkpointInspector.ts'
import { driveHearIt } from './explore/hearIt.ts'
import { driveInsideACell } from './explore/insideACell.ts'
import { driveLearnInThePage } from './explore/learnInThePage.ts'
import { drivePlayground } from './explore/playground.ts'
import { driveVanishingGradients } from './explore/vanishingGradients.ts'
import { driveWordToLanguage } from './explore/wordToLanguage.ts'
import { attribute, liveOf, says, type Visit, visit } from './visit.ts'

/** Where readers are. */
interface Place {
  readonly language: 'en' | 'zh-cn'
  /** Address of the site; there once tests run, as the browser is. */
  readonly home: () => string
  readonly browser: () => Browser
}

/** What a reader does on each page with something to explore. */
const drives = {
  'explore/inside-a-cell/': driveInsideACell,
  'explore/word-to-language/': driveWordToLanguage,
  'explore/checkpoint-inspector/': driveCheckpointInspector,
  'explore/hear-it/': driveHearIt,
  'explore/vanishing-gradients/': driveVanishingGradients,
  'explore/learn-in-the-page/': driveLearnInThePage,
  'playground/': drivePlayground,
} as const satisfies Record<string, (page: Page, language: string) => Promise<void>>

/** Tests that do on pages with something to explore what a reader does there, without an error or a request to others. */
export function testExplorables(place: Place): void {
  const enter = readersOf(place)
  it.each(Object.entries(drives))(
    `${place.language}, %s: does what a reader asks of it`,
    { timeout: 240_000 },
    async (path, drive) => {
      const { page, faults } = await enter(path)
      await drive(page, place.language)
      expect(faults).toEqual([])
    },
  )
}

/** Tests in a browser without WebAssembly: pages say so, and the reference engine computes. */
export function testWithoutWebAssembly(place: Place): void {
  const { language } = place
  const enter = readersOf(place)
  it('a word has its language', { timeout: 120_000 }, async () => {
    const { page, faults } = await enter('explore/word-to-language/')
    await driveWordToLanguage(page, language, wordTexts(language).slow)
    expect(faults).toEqual([])
  })

  it('a sound says that it is slow', async () => {
    const texts = soundTexts(language)
    const { page, faults } = await enter('explore/hear-it/')
    const live = await liveOf(page, '.hear')
    await live.getByRole('button', { name: texts.play }).click()
    await says(live.locator('.hear-facts')).toContain(`reference${texts.noWasm}`)
    await says(live.locator('.hear-facts')).toContain(texts.tooSlow)
    expect(faults).toEqual([])
  })

  it('gestures are learned, slowly', { timeout: 120_000 }, async () => {
    const texts = learnTexts(language)
    const { page, faults } = await enter('explore/learn-in-the-page/')
    const live = await liveOf(page, '.learn')
    await live.getByRole('button', { name: texts.train }).click()
    await says(live.locator('.learn-facts')).toContain(`${texts.engine}reference`)
    await says(live).toContain(texts.noWasm)
    await says(live.locator('.learn-facts dd').first()).toMatch(/^[1-9]/)
    expect(faults).toEqual([])
  })

  it('a sample runs', async () => {
    const { page, faults } = await enter('')
    const live = await liveOf(page, '.live')
    await live.getByRole('button', { name: liveTexts(language).run }).click()
    await says(live.locator('.live-output pre')).toContain('computed by reference')
    expect(faults).toEqual([])
  })
}

/** Tests of browsers that lack something. */
export function testLacks(place: Place): void {
  const { language } = place
  describe(`${language}, in a browser`, () => {
    const enter = readersOf(place)
    it.each(['AudioContext', 'AudioWorkletNode'])(
      'without %s the page says that it plays no sound',
      async (lack) => {
        const texts = soundTexts(language)
        const { page, faults } = await enter('explore/hear-it/', lack)
        const live = await liveOf(page, '.hear')
        await says(live.locator('[role="status"]')).toBe(texts.lacks.noWorklet)
        expect(await live.getByRole('button', { name: texts.play }).isDisabled()).toBe(true)
        expect(faults).toEqual([])
      },
    )

    it('without workers the page says that it reads no file', async () => {
      const texts = inspectorTexts(language)
      const { page, faults } = await enter('explore/checkpoint-inspector/', 'Worker')
      const live = await liveOf(page, '.inspector')
      await live.getByRole('button', { name: texts.example, exact: true }).click()
      await says(live.locator('.problem')).toContain(texts.failures.worker)
      expect(faults).toEqual([])
    })

    it('without workers the page says that it computes no other gradients', async () => {
      const { page, faults } = await enter('explore/vanishing-gradients/', 'Worker')
      const live = await liveOf(page, '.vanishing')
      await says(live.locator('.problem')).toContain(gradientTexts(language).failed('ReferenceError'))
      expect(faults).toEqual([])
    })

    it('without workers the page says that it cannot train', async () => {
      const texts = learnTexts(language)
      const { page, faults } = await enter('explore/learn-in-the-page/', 'Worker')
      const live = await liveOf(page, '.learn')
      await live.getByRole('button', { name: texts.train }).click()
      await says(live.getByRole('status')).toContain(texts.failures.load(0))
      expect(faults).toEqual([])
    })

    it('without IndexedDB the page says that it keeps nothing, and trains', async () => {
      const texts = learnTexts(language)
      const { page, faults } = await enter('explore/learn-in-the-page/', 'indexedDB')
      const live = await liveOf(page, '.learn')
      await says(live.locator('.learn-kept')).toContain(texts.refused('').split('(')[0] ?? '')
      await live.getByRole('button', { name: texts.train }).click()
      await says(live.locator('.learn-facts dd').first()).toMatch(/^[1-9]/)
      // A run that rests is written at once, as is one that is forgotten.
      await live.getByRole('button', { name: texts.pause }).click()
      await attribute(live, 'data-status').toBe('resting')
      await live.getByRole('button', { name: texts.forget }).click()
      await says(live.getByRole('status')).toBe(texts.begin)
      await says(live.locator('.learn-kept')).toContain(texts.refused('').split('(')[0] ?? '')
      expect(faults).toEqual([])
    })

    it('without workers the page says that it runs no code', async () => {
      const texts = liveTexts(language)
      const { page, faults } = await enter('playground/', 'Worker')
      const live = await liveOf(page, '.playground')
      await live.getByRole('button', { name: texts.run }).click()
      await says(live.locator('.failed')).toContain(texts.noWorker('ReferenceError'))
      expect(faults).toEqual([])
    })
  })
}

/** Opens pages, each for a reader who was never there, with a browser that lacks some globals. */
function readersOf({ language, home, browser }: Place) {
  let context: BrowserContext | null = null
  afterEach(async () => {
    await context?.close()
    context = null
  })
  return async (path: string, ...lacks: readonly string[]): Promise<Visit> => {
    context = await browser().newContext({ viewport: { width: 1280, height: 900 } })
    if (lacks.length > 0) {
      await context.addInitScript((names: readonly string[]) => {
        for (const name of names) Reflect.deleteProperty(globalThis, name)
      }, lacks)
    }
    return visit(context, `${home()}${language === 'en' ? '' : `${language}/`}${path}`)
  }
}
