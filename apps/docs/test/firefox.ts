import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { executableOf, type Frame, openFrame, remedyOf } from '@unroll/browser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textsOf as inspectorTexts } from '../src/explore/checkpointInspector/texts.ts'
import { textsOf as soundTexts } from '../src/explore/hearIt/texts.ts'
import { textsOf as cellTexts } from '../src/explore/insideACell/texts.ts'
import { textsOf as learnTexts } from '../src/explore/learnInThePage/texts.ts'
import { textsOf as gradientTexts } from '../src/explore/vanishingGradients/texts.ts'
import { textsOf as wordTexts } from '../src/explore/wordToLanguage/texts.ts'
import { encodeCode } from '../src/live/link.ts'
import type { Site } from './site.ts'

const fixtures = new URL('../../../packages/weights/test/fixtures/', import.meta.url)

/**
 * Tests of the site in Firefox, which no driver steers here: a frame in a page of ours opens the site's.
 */
export function testFirefox(site: () => Site): void {
  const title = `in Firefox (${remedyOf('firefox')} where it shows as skipped)`
  describe.skipIf(executableOf('firefox') === null)(title, { timeout: 120_000 }, () => {
    let opened: Frame | null = null
    beforeAll(async () => {
      opened = await openFrame('firefox', { [site().base]: pathToFileURL(`${site().files}/`) })
    }, 120_000)
    afterAll(() => opened?.close())

    const frame = (): Frame => {
      if (opened === null) throw new Error('expected Firefox to have opened a page')
      return opened
    }
    /** Opens a page, and waits until the script of its live part runs. */
    const enter = async (path: string, selector: string): Promise<void> => {
      await frame().open(`${site().base}${path}`)
      await frame().scrollTo(selector)
      await frame().waitFor(`astro-island:not([ssr]) ${selector}`)
    }
    const expectNoFault = async (): Promise<void> => expect(await frame().faultsOf()).toEqual([])

    it('a sample prints what the page shows', async () => {
      await enter('', '.live')
      const printed = await frame().says('.live-output pre', '.')
      await frame().click('.live button.primary')
      await frame().says('.live-output p.done', 'Finished')
      expect((await frame().says('.live-output pre', '.')).trimEnd()).toBe(printed.trimEnd())
      await expectNoFault()
    })

    it('the playground runs the code of a link', async () => {
      await enter(`playground/#${encodeCode("console.log('linked', 6 * 7)")}`, '.playground')
      await frame().says('.cm-content', 'linked')
      await frame().click('.playground button.primary')
      await frame().says('.live-output pre', '^linked 42')
      await expectNoFault()
    })

    it('cells read a word, and keys step through it', async () => {
      const texts = cellTexts('en')
      await enter('explore/inside-a-cell/', '.inside-a-cell')
      await frame().says('.said', '^LSTM.* = −?\\d\\.\\d\\d$')
      await frame().type('.word input', 'mariposa')
      await frame().says('.slide span', texts.timestepOf(8, 8, '“a”'))
      await frame().says('.cell:nth-child(2) .cell-says', 'Spanish')
      await frame().press('.cells', 'ArrowLeft')
      await frame().says('.slide span', texts.timestepOf(7, 8, '“s”'))
      await expectNoFault()
    })

    it('a word has a language', async () => {
      await enter('explore/word-to-language/', '.word-to-language')
      await frame().type('.word input', 'papillon')
      await frame().says('.said', wordTexts('en').best('French', '').slice(0, -2))
      await frame().says('.word-to-language > .hint', 'Engine: wasm')
      await expectNoFault()
    })

    it('checkpoints are read: safetensors, a complex tensor, and a hostile one', async () => {
      const texts = inspectorTexts('en')
      await enter('explore/checkpoint-inspector/', '.inspector')
      for (const [name, selector, said] of [
        ['lstm.safetensors', '.file-name', 'format safetensors'],
        ['complex64.pt', '.warnings', 'complex64'],
      ] as const) {
        await frame().choose('input[type="file"]', name, readFileSync(new URL(name, fixtures), 'base64'))
        await frame().says('.file-name', name)
        await frame().says(selector, said)
      }
      await frame().click('.chooser button:last-of-type')
      await frame().says('.warnings', texts.dangerous)
      await expectNoFault()
    })

    it('a sound plays, or the page says why none does', async () => {
      const texts = soundTexts('en')
      await enter('explore/hear-it/', '.hear')
      await frame().click('.hear button.primary')
      // Nobody clicked: where Firefox asks for that, it lets no sound begin.
      await frame().says('.hear', `${texts.lacks.noDevice}|Enginewasm`)
      await expectNoFault()
    })

    it('gradients vanish, and arrive where the gates are open', async () => {
      const texts = gradientTexts('en')
      await enter('explore/vanishing-gradients/', '.vanishing')
      await frame().says('.vanishing [role="status"]', 'engine wasm')
      await frame().says('.facts', `${texts.vanished}${texts.after(12)}`)
      await frame().click('.vanishing button:nth-of-type(2)')
      await frame().says('.facts', texts.both(texts.after(null), texts.after(null)))
      await expectNoFault()
    })

    it('gestures are learned, 95 % of those held out, and the run goes on after a reload', async () => {
      const texts = learnTexts('en')
      await enter('explore/learn-in-the-page/', '.learn')
      await frame().click('.learn-classes li:nth-child(6) button')
      await frame().says('.learn-said', texts.notTrained)
      await frame().click('.learn button.primary', texts.train)
      await frame().says('.learn figcaption', `^${texts.accuracy} (9[5-9]|100)`)
      await frame().says('.learn-said', texts.best(texts.names.spiral))
      await frame().click('.learn button.primary', texts.pause)
      const [step = ''] = /\d+/.exec(await frame().says('.learn-status', '^Paused')) ?? []

      await enter('explore/learn-in-the-page/', '.learn')
      await frame().says('.learn-status', `^Back at step ${step},`)
      await frame().click('.learn button.primary', texts.goOn)
      await frame().says('.learn-facts div', `^${texts.step}(?!${step}$)[1-9]`)
      await frame().click('.learn button.primary', texts.pause)
      await frame().says('.learn-status', '^Paused')
      await expectNoFault()
    })
  })
}
