import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { setEquation } from '../src/equations/setEquation.ts'
import { texOf } from '../src/equations/texOf.ts'

const aligned = (...lines: string[]) =>
  String.raw`\begin{aligned}${lines.join(String.raw` \\ `)}\end{aligned}`

describe('an equation of a docstring', () => {
  it.each([
    ['y = x W^T + b', String.raw`y &= x \, W^{T} + b`],
    ['y = max(x, 0)', String.raw`y &= \max(x, 0)`],
    ['y = 1 / (1 + exp(-x))', String.raw`y &= \frac{1}{1 + \exp(-x)}`],
    [
      'y = (x - mean) / sqrt(variance + eps) * weight',
      String.raw`y &= \frac{x - \mathrm{mean}}{\sqrt{\mathrm{variance} + \mathrm{eps}}} \odot \mathrm{weight}`,
    ],
    ['y = (a + b) / (c) (d)', String.raw`y &= \frac{a + b}{(c) \, (d)}`],
    [
      'l = delta (|x - y| - delta / 2)',
      String.raw`l &= \mathrm{delta} \, (|x - y| - \frac{\mathrm{delta}}{2})`,
    ],
    ['a = gain sqrt(3 / fan)', String.raw`a &= \mathrm{gain} \, \sqrt{\frac{3}{\mathrm{fan}}}`],
  ])('%s becomes TeX', (text, tex) => {
    expect(texOf(text)).toBe(aligned(tex))
    expect(setEquation(texOf(text))).toContain('katex')
  })

  it('has the colours of gates and states where it is a step of a cell', () => {
    const tex = texOf("i = sigmoid(W_ii x + b_ii)\nh' = o * tanh(c')")
    expect(tex).toBe(
      aligned(
        String.raw`\htmlClass{gate-i}{i} &= \sigma(W_{ii} \, x + b_{ii})`,
        String.raw`\htmlClass{state-h}{h'} &= \htmlClass{gate-o}{o} \odot \tanh(\htmlClass{state-c}{c'})`,
      ),
    )
    expect(setEquation(tex)).toContain('class="enclosing gate-i"')
  })

  it('is read in every docstring of the packages', () => {
    const packages = new URL('../../../packages/', import.meta.url)
    const sources = readdirSync(packages).flatMap((name) => {
      const folder = new URL(`${name}/src/`, packages)
      return readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    })
    const blocks = sources.flatMap((source) => [...source.matchAll(/^ *\* ```math\n(.*?)^ *\* ```$/gms)])
    expect(blocks.length).toBeGreaterThan(20)
    for (const [, block = ''] of blocks) {
      const equations = block.replaceAll(/^ *\* ?/gm, '')
      expect(() => setEquation(texOf(equations)), equations).not.toThrow()
    }
  })

  it.each(['y', 'y = ', 'y = |a', 'y = (a', 'y = a)', 'y = a + * b', 'y = f(a', 'x = y = z'])(
    '%s is refused',
    (text) => {
      expect(() => texOf(text)).toThrow(SyntaxError)
    },
  )
})
