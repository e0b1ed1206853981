import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { type BrowserPage, executableOf, openPage, remedyOf } from '@unroll/browser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textsOf as inspectorTexts } from '../src/explore/checkpointInspector/texts.ts'
import { textsOf as soundTexts } from '../src/explore/hearIt/texts.ts'
import { textsOf as cellTexts } from '../src/explore/insideACell/texts.ts'
import { textsOf as wordTexts } from '../src/explore/wordToLanguage/texts.ts'
import { encodeCode } from '../src/live/link.ts'
import type { Site } from './site.ts'

const fixtures = new URL('../../../packages/weights/test/fixtures/', import.meta.url)

/**
 * Tests of the site in Firefox, which no driver steers here: a program in a page opens the others in a frame, and clicks and types
 * there.
 */
export function testFirefox(site: () => Site): void {
  const title = `in Firefox (${remedyOf('firefox')} where it shows as skipped)`
  describe.skipIf(executableOf('firefox') === null)(title, { timeout: 120_000 }, () => {
    let opened: BrowserPage | null = null
    beforeAll(async () => {
      opened = await openPage(new URL('firefoxPage.ts', import.meta.url), {
        browser: 'firefox',
        files: { [site().base]: pathToFileURL(`${site().files}/`) },
      })
    }, 120_000)
    afterAll(() => opened?.close())

    const act = async (name: string, ...args: readonly unknown[]): Promise<unknown> =>
      opened?.call(name, ...args)
    const enter = async (path: string, selector: string): Promise<void> => {
      await act('open', `${site().base}${path}`)
      await act('liven', selector)
    }
    const says = (selector: string, pattern: string): Promise<unknown> => act('says', selector, pattern)
    const expectNoFault = async (): Promise<void> => expect(await act('faultsOf')).toEqual([])

    it('a sample prints what the page shows', async () => {
      await enter('', '.live')
      const printed = await says('.live-output pre', '.')
      await act('click', '.live button.primary')
      await says('.live-output p.done', 'Finished')
      expect(String(await says('.live-output pre', '.')).trimEnd()).toBe(String(printed).trimEnd())
      await expectNoFault()
    })

    it('the playground runs the code of a link', async () => {
      await enter(`playground/#${encodeCode("console.log('linked', 6 * 7)")}`, '.playground')
      await says('.cm-content', 'linked')
      await act('click', '.playground button.primary')
      await says('.live-output pre', '^linked 42')
      await expectNoFault()
    })

    it('cells read a word, and keys step through it', async () => {
      const texts = cellTexts('en')
      await enter('explore/inside-a-cell/', '.inside-a-cell')
      await says('.said', '^LSTM.* = −?\\d\\.\\d\\d$')
      await act('type', '.word input', 'mariposa')
      await says('.slide span', texts.timestepOf(8, 8, '“a”'))
      await says('.cell:nth-child(2) .cell-says', 'Spanish')
      await act('press', '.cells', 'ArrowLeft')
      await says('.slide span', texts.timestepOf(7, 8, '“s”'))
      await expectNoFault()
    })

    it('a word has a language', async () => {
      await enter('explore/word-to-language/', '.word-to-language')
      await act('type', '.word input', 'papillon')
      await says('.said', wordTexts('en').best('French', '').slice(0, -2))
      await says('.word-to-language > .hint', 'Engine: wasm')
      await expectNoFault()
    })

    it('checkpoints are read: safetensors, a complex tensor, and a hostile one', async () => {
      const texts = inspectorTexts('en')
      await enter('explore/checkpoint-inspector/', '.inspector')
      for (const [name, selector, said] of [
        ['lstm.safetensors', '.file-name', 'format safetensors'],
        ['complex64.pt', '.warnings', 'complex64'],
      ] as const) {
        await act('choose', 'input[type="file"]', name, readFileSync(new URL(name, fixtures), 'base64'))
        await says('.file-name', name)
        await says(selector, said)
      }
      await act('click', '.chooser button:last-of-type')
      await says('.warnings', texts.dangerous)
      await expectNoFault()
    })

    it('a sound plays, or the page says why none does', async () => {
      const texts = soundTexts('en')
      await enter('explore/hear-it/', '.hear')
      await act('click', '.hear button.primary')
      // Nobody clicked: where Firefox asks for that, it lets no sound begin.
      await says('.hear', `${texts.lacks.noDevice}|Enginewasm`)
      await expectNoFault()
    })
  })
}
