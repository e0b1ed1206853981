import type { Page } from 'playwright'
import { expect } from 'vitest'
import { decodeCode, encodeCode } from '../../src/live/link.ts'
import { textsOf } from '../../src/live/texts.ts'
import { liveOf, says } from '../visit.ts'

const code = "// λ, 你好\nconsole.log('from a link: ' + 6 * 7)"

/** Opens code by a link, runs it, edits it, and finds it again after the page is loaded anew. */
export async function drivePlayground(page: Page, language: string): Promise<void> {
  const texts = textsOf(language)
  await page.goto(`${page.url()}#${encodeCode(code)}`)
  const live = await liveOf(page, '.playground')
  const editor = live.locator('.cm-content')
  await says(editor).toContain('from a link')
  await live.getByRole('button', { name: texts.run }).click()
  await says(live.locator('.live-output pre')).toBe('from a link: 42\n')

  await editor.fill("console.log('edited')")
  await expect
    .poll(() => decodeCode(new URL(page.url()).hash.slice(1)), { timeout: 30_000 })
    .toBe("console.log('edited')")
  await page.reload()
  await liveOf(page, '.playground')
  await says(editor).toContain('edited')
}
