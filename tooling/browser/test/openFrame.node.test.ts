import { browserNames, type Frame, openFrame, remedyOf } from '@unroll/browser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

describe.each(browserNames)('a frame of %s', (browser) => {
  let frame: Frame | null = null
  beforeAll(async () => {
    frame = await openFrame(browser, { '/site/': new URL('site/', import.meta.url) })
  })
  afterAll(() => frame?.close())

  it('does what a reader does, and waits for what the page says', async (context) => {
    if (frame === null) return context.skip(remedyOf(browser))
    await frame.open('/site/')
    await frame.scrollTo('output')
    await frame.click('label', 'Large')
    await frame.type('#word', 'casa')
    await frame.press('#word', 'Enter')
    await frame.select('select', 'brief')
    await frame.choose('[type=file]', 'a.txt', btoa('content'))
    await frame.click('button', 'Run')
    expect(await frame.says('output', 'Run')).toBe(
      'large true; typed casa; pressed Enter; chose brief; a.txt content; Run; ',
    )
    expect(await frame.textsOf('button')).toEqual(['Stop', 'Run'])
    expect(await frame.faultsOf()).toEqual([])
  })

  it('tells what went wrong in the page, until another is opened', async (context) => {
    if (frame === null) return context.skip(remedyOf(browser))
    await frame.open('/site/broken.html')
    await frame.waitFor('p')
    await expect.poll(() => frame?.faultsOf()).toEqual([expect.stringMatching(/^thrown: .*too late/)])
    await frame.open('/site/')
    expect(await frame.faultsOf()).toEqual([])
  })
})
