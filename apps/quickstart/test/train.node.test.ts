import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WordClassifier } from '../src/classify.ts'
import { readModel } from '../src/readModel.ts'
import { checkOutput } from '../src/training/replaceFile.ts'
import { readTexts } from '../src/training/textFiles.ts'
import { TrainingRun } from '../src/training/trainingRun.ts'
import { writeTexts } from './madeUpTexts.ts'
import { runCli } from './runCli.ts'

let folder: string
let texts: readonly string[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quickstart-train-'))
  texts = await writeTexts(folder, 120)
})
afterAll(() => rm(folder, { recursive: true }))

const path = (name: string): string => join(folder, name)
const textArgs = (): string[] => texts.flatMap((text) => ['--text', text])

describe('npm start -- train', () => {
  it('shows how it goes, and writes a model that tells words apart', async () => {
    const args = ['train', ...textArgs(), '--epochs', '12', '--out', path('whole.pt')]
    const { code, out, err } = await runCli(args)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(
      /^Learning first, second\n\n\d+ words, and \d+ held out; [\d,]+ parameters\n12 epochs of 1 batch; engine wasm/,
    )
    expect(
      out.match(
        /^epoch \d+\/12, batch 1\/1: loss \d\.\d{3}, held-out \d+\.\d %, [\d,]+ words\/s, \d+ s left$/gm,
      ),
    ).toHaveLength(12)
    expect(out).toContain(`Saved as ${path('whole.pt')}. To use it: npm start -- --model ${path('whole.pt')}`)
    const classified = await runCli(['--json', '--model', path('whole.pt'), 'xyzakly', 'bdnocebi', 'ß'])
    expect(JSON.parse(classified.out)).toMatchObject([
      { word: 'xyzakly', language: 'second' },
      { word: 'bdnocebi', language: 'first' },
      { word: 'ß', problem: "not in the model's alphabet: ß" },
    ])
  })

  it('saves the run on Ctrl-C, says how to go on, and ends as a run that was not stopped', async () => {
    const args = ['train', ...textArgs(), '--epochs', '12', '--out', path('stopped.pt')]
    const stopped = await runCli(args, { interruptAt: 'epoch 1/12' })
    expect({ code: stopped.code, err: stopped.err }).toEqual({ code: 130, err: '' })
    const run = path('stopped.run.pt')
    expect(stopped.out).toMatch(/\nStopped after \d+ of 12 batches, saved as .*\n/)
    expect(stopped.out.endsWith(`\nTo go on: npm start -- train --resume ${run}\n`)).toBe(true)

    const { code, out, err } = await runCli(['train', '--resume', run, '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [begin, ...lines] = out
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line))
    const end = lines.pop()
    expect(begin).toMatchObject({ languages: ['first', 'second'], epochs: 12, batches: 1 })
    const done = stopped.out.match(/^epoch /gm)?.length ?? 0
    expect(lines.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 12 - done }, (_, i) => done + 1 + i))
    expect(end).toMatchObject({
      saved: path('stopped.pt'),
      languages: [{ language: 'first' }, { language: 'second' }],
    })
    expect(await readFile(path('stopped.pt'))).toEqual(await readFile(path('whole.pt')))
  })

  it('saves the run when nobody reads its output any more', async () => {
    const args = ['train', ...textArgs(), '--epochs', '12', '--out', path('unread.pt')]
    const { code, err } = await runCli(args, { stopAfter: 1 })
    const run = path('unread.run.pt')
    expect({ code, err }).toEqual({
      code: 0,
      err: `Nobody reads the output any more. The run is saved as ${run}\n`,
    })
    expect((await runCli(['train', '--resume', run])).code).toBe(0)
    expect(await readFile(path('unread.pt'))).toEqual(await readFile(path('whole.pt')))
  })

  it.each([
    [2, () => ['--epochs', '0'], /--epochs: expected .*\nSee npm start -- train --help\.$/],
    [
      1,
      () => ['--resume', path('first.txt')],
      /first\.txt.*\nExpected a run of npm start -- train that Ctrl-C stopped\.$/,
    ],
  ])('exits with %d for what it cannot do', async (wanted, args, message) => {
    const { code, out, err } = await runCli(['train', ...args()])
    expect({ code, out }).toEqual({ code: wanted, out: '' })
    expect(err.trim()).toMatch(message)
    expect(err).not.toContain('    at ')
  })

  it('knows before it begins whether it can write', async () => {
    await expect(checkOutput(path('model.pt'))).resolves.toBeUndefined()
    await expect(checkOutput(path('missing/model.pt'))).rejects.toThrow(
      /model\.pt: cannot write it: no folder .*missing/,
    )
    await mkdir(path('folder.pt'))
    await expect(checkOutput(path('folder.pt'))).rejects.toThrow('folder.pt: cannot write it: a folder')
  })

  it('--help explains itself', async () => {
    const { code, out, err } = await runCli(['train', '--help'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('npm start -- train --text english.txt --text french.txt')
  })
})

describe('a run', () => {
  const settings = { epochs: 2, seed: 5, texts: [], out: 'model.pt' }
  let begin: () => Promise<TrainingRun>
  beforeAll(async () => {
    const more = await mkdtemp(join(folder, 'more-'))
    const words = await readTexts(await writeTexts(more, 320), 5, 20)
    begin = async () => new TrainingRun(settings, words)
  })

  it('goes on from every place as if it had not been stopped, to the bit', async () => {
    const whole = await begin()
    expect(whole.batches).toBe(3)
    const losses = [...whole.steps()].map(({ loss }) => loss)
    expect(losses).toHaveLength(6)
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0)
    for (const stop of [2, 3, 6]) {
      const stopped = await begin()
      const first: number[] = []
      for (const { loss } of stopped.steps()) if (first.push(loss) === stop) break
      await writeFile(path('run.pt'), stopped.checkpoint({ step: stop, losses: first.slice(-1) }))
      const resumed = await begin()
      const progress = await resumed.restore(path('run.pt'), await readModel(path('run.pt')))
      expect(progress).toEqual({ step: stop, losses: first.slice(-1) })
      const rest = [...resumed.steps()].map(({ loss }) => loss)
      expect([...first, ...rest], `stopped after ${stop} steps`).toEqual(losses)
      expect(resumed.modelFile()).toEqual(whole.modelFile())
    }
  })

  it('does not go on with other words', async () => {
    const run = await begin()
    await writeFile(path('run.pt'), run.checkpoint({ step: 0, losses: [] }))
    const other = new TrainingRun(settings, await readTexts(texts, 5, 20))
    await expect(other.restore(path('run.pt'), await readModel(path('run.pt')))).rejects.toThrow(
      'its words have changed since',
    )
  })

  it('writes a model that the quickstart reads', async () => {
    const run = await begin()
    await writeFile(path('model.pt'), run.modelFile())
    const classifier = await WordClassifier.load(path('model.pt'))
    expect(classifier.languages).toEqual(['first', 'second'])
    expect([...classifier.classify(['abcde'])]).toEqual([...run.classifier.classify(['abcde'])])
  })
})
