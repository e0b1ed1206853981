import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { commandOf } from '../src/dashboard/command.ts'
import { contendersOf } from '../src/dashboard/contendersOf.ts'
import { type Figure, toCsv } from '../src/dashboard/figure.ts'
import { allFigures } from '../src/dashboard/figures/allFigures.ts'
import type { Run } from '../src/dashboard/runs.ts'
import { fromLink, LinkError, toLink } from '../src/dashboard/share.ts'
import { texts } from '../src/dashboard/texts.ts'
import { parseOptions } from '../src/options.ts'
import { parseResult, ranAs } from '../src/result/resultFile.ts'
import { targets } from '../src/result/targets.ts'
import { trainingTargets } from '../src/result/trainingTargets.ts'

const folder = new URL('../results/', import.meta.url)
const runs = readdirSync(folder).map(
  (name): Run => ({
    id: name.replace('.json', ''),
    source: 'recorded',
    result: parseResult(readFileSync(new URL(name, folder), 'utf8')),
  }),
)

function figuresOf(run: Run, language: keyof typeof texts): readonly Figure[] {
  return allFigures(run.result.cases, run.result.cases, runs, run, texts[language])
}

it('has a Chinese text for every promise that a run would get today', () => {
  const learned = trainingTargets(runs.flatMap(({ result }) => result.cases))
  expect(learned).not.toEqual([])
  for (const { text } of [...targets([]), ...learned]) {
    expect(texts['zh-CN'].promise(text), text).not.toBeNull()
  }
})

describe.each(runs.map((run) => [run.id, run] as const))('%s', (_, run) => {
  it('gives every figure rows with all its columns, and a note where there are none', () => {
    for (const { id, title, note, columns, rows, names, draw } of figuresOf(run, 'en')) {
      expect(title, id).not.toBe('')
      expect(note, id).not.toBe('')
      expect(draw !== null && names.length === 0, id).toBe(false)
      for (const row of rows) for (const { key } of columns) expect(row, id).toHaveProperty([key])
      // A line each, and one of names.
      expect(toCsv(columns, rows).split('\n'), id).toHaveLength(rows.length + 2)
    }
  })

  it('tells its promises in Chinese', () => {
    // Names of cases and engines, units, and what code calls itself.
    const names =
      /[（(][\w-]+[）)]|onnxruntime-web|PyTorch|TF\.js|brain\.js|Adam|eval|float(32|64)|checkpointEvery|\d+x|\bns\b/g
    for (const { text, found, met } of run.result.targets) {
      const promise = texts['zh-CN'].promise(text)
      expect(promise, text).not.toBeNull()
      expect(promise?.replaceAll(names, ''), text).not.toMatch(/[a-z]/i)
      if (met === null) continue
      expect(texts['zh-CN'].found(found).replaceAll(names, ''), found).not.toMatch(/[a-z]/i)
      expect(texts.en.found(found)).toBe(found)
    }
  })

  it('has the same figures in Chinese', () => {
    const shape = (figure: Figure): unknown => [figure.id, figure.rows.length, figure.names]
    expect(figuresOf(run, 'zh-CN').map(shape)).toEqual(figuresOf(run, 'en').map(shape))
  })

  it('is measured again by its command, and so is each of its cases', () => {
    const argsOf = (command: string): string[] =>
      command.replace(/^(pnpm bench|node .* apps\/bench\/src\/main\.ts) /, '').split(' ')
    const { cases, environment, effort } = run.result
    const again = parseOptions(argsOf(commandOf(run.result)))
    expect(again.cases.map(({ name }) => name).sort()).toEqual([...new Set(cases.map(ranAs))].sort())
    expect(again.contenders.toSorted()).toEqual(contendersOf(cases).toSorted())
    expect(`${again.threads}`).toBe(environment.threads)
    expect(again.effort.name).toBe(effort.name)
    expect(again.browser ?? '').toBe(environment.browser.split(' ')[0]?.toLowerCase())
    for (const one of cases) {
      expect(parseOptions(argsOf(commandOf(run.result, one))).cases.map(({ name }) => name)).toEqual([
        ranAs(one),
      ])
    }
  })

  it('goes through a link, but for its samples', async () => {
    const link = await toLink(run.result)
    expect(link).toMatch(/^[\w-]+$/)
    const { cases, ...rest } = await fromLink(link)
    expect(rest).toEqual({ ...run.result, cases: undefined })
    expect(cases).toEqual(
      run.result.cases.map((one) => ({
        ...one,
        results: one.results.map(({ roundMs: _, ...kept }) => kept),
      })),
    )
  })
})

it.each(['', 'A', 'not a link!', 'eJwrzs9NBQAGFgIJ'])('refuses the link %s', async (link) => {
  await expect(fromLink(link)).rejects.toThrow(LinkError)
})
