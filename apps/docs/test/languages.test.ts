import { expect, it } from 'vitest'
import { filesOf } from './folders.ts'

const pages = new Map([...filesOf('src/content/docs', '.mdx')].filter(([name]) => !name.startsWith('api/')))
const english = [...pages.keys()].filter((name) => !name.startsWith('zh-cn/'))
const chinese = [...pages.keys()].filter((name) => name.startsWith('zh-cn/'))

/** What must be alike in both languages: levels of headings, samples, equations, and links. */
function frameOf(text: string): unknown {
  const prose = text.replace(/^```.*?^```$/gms, '')
  return {
    headings: [...prose.matchAll(/^(#+) /gm)].map(([, level]) => level),
    samples: [...text.matchAll(/<Sample name="(.+?)"/g)].map(([, name]) => name),
    equations: [...text.matchAll(/<Equation/g)].length,
    components: [...text.matchAll(/<([A-Z]\w+)[ >]/g)].map(([, name]) => name).sort(),
  }
}

it('every page is there in both languages', () => {
  expect(chinese.map((name) => name.replace('zh-cn/', ''))).toEqual(english)
})

it.each(english)('%s has the same headings, samples and live parts in both', (name) => {
  expect(frameOf(pages.get(`zh-cn/${name}`) ?? '')).toEqual(frameOf(pages.get(name) ?? ''))
})

it.each(chinese)('%s is in Chinese', (name) => {
  const text = (pages.get(name) ?? '').replace(/^```.*?^```$/gms, '')
  const letters = [...text.matchAll(/\p{Script=Han}/gu)].length
  expect(letters).toBeGreaterThan(20)
  // Browsers show the end of a line as a space, which Chinese does not have between its letters.
  expect(text.match(/[\p{Script=Han}，。；：、）」]\n[ \t]*\p{Script=Han}/gu)).toBeNull()
})
