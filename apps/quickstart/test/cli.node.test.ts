import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli as run } from './runCli.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quickstart-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

describe('without arguments', () => {
  it('compares the model and the six snippets with PyTorch and names the engine', {
    timeout: 30_000,
  }, async () => {
    const { code, out, err } = await run([])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/accuracy +9\d\.\d % of 800 words; PyTorch's 9\d\.\d %/)
    expect(out).toMatch(/max abs difference from PyTorch's: \d\.\de-\d/)
    expect(out).toMatch(/[\d,]+ words\/s, warm/)
    expect(out).toMatch(/engine +wasm \((relaxed-)?simd\)/)
    for (const name of ['RNNCell', 'RNN', 'LSTMCell', 'LSTM', 'GRUCell', 'GRU'])
      expect(out).toContain(`${name}(10, `)
  })

  it('prints the same as JSON', { timeout: 30_000 }, async () => {
    const { code, out, err } = await run(['--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({
      engine: { name: 'wasm' },
      heldOut: { words: 800 },
      snippets: { length: 6 },
    })
  })
})

describe('with words', () => {
  it('prints a row a word, without colours where nobody sees them', async () => {
    const { code, out, err } = await run(['Schmetterling', 'butterfly'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [head, ...rows] = out.trimEnd().split('\n')
    expect(head).toMatch(/^word +language +second +third$/)
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatch(/^Schmetterling +German +\d+\.\d %( +\w+ +\d+\.\d %){2}$/)
    expect(rows[1]).toMatch(/^butterfly +English +\d+\.\d %( +\w+ +\d+\.\d %){2}$/)
  })

  it('names the letters it does not know and reads the other words', async () => {
    const { code, out } = await run(['r2d2', 'butterfly'])
    expect(code).toBe(0)
    expect(out).toMatch(/^r2d2 +not in the model's alphabet: 2$/m)
    expect(out).toMatch(/^butterfly +English/m)
    expect(out).toMatch(/^1 of 2 could not be read$/m)
  })

  it('fails where no word can be read', async () => {
    const { code, out, err } = await run(['蝴蝶', ''])
    expect(code).toBe(1)
    expect(out).toContain("not in the model's alphabet: 蝴 蝶")
    expect(out).toContain('empty')
    expect(err).toBe('none of the words could be read\n')
  })

  it('keeps the columns in place under a very long word', async () => {
    const { out } = await run(['a'.repeat(90), 'butterfly'])
    const lines = out.trimEnd().split('\n')
    expect(lines[1]).toMatch(/^a{39}… +[A-Z]/)
    expect(lines[2]?.indexOf('English')).toBe(lines[0]?.indexOf('language'))
  })

  it('sends no control characters to the terminal', async () => {
    const { out } = await run(['\u001b[31mred', 'red'])
    expect(out).not.toContain('\u001b')
    expect(out).toContain('\\u{1b}[31mred')
  })

  it('prints nothing but JSON with --json', async () => {
    const { code, out, err } = await run(['--json', 'Schmetterling', 'r2d2'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [first, second] = JSON.parse(out)
    expect(first).toMatchObject({ word: 'Schmetterling', language: 'de' })
    const sum = Object.values<number>(first.probabilities).reduce((a, b) => a + b, 0)
    expect(Object.keys(first.probabilities)).toHaveLength(8)
    expect(sum).toBeCloseTo(1, 5)
    expect(second).toEqual({ word: 'r2d2', problem: "not in the model's alphabet: 2" })
  })
})

describe('with a file', () => {
  it('reads one word a line, Windows line ends and a byte-order mark too, and keeps empty lines', async () => {
    const path = await file('words.txt', '\uFEFFbutterfly\r\n\r\nfjäril\r\n')
    const { code, out } = await run(['--json', '--file', path])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject([
      { word: 'butterfly', language: 'en' },
      { word: '', problem: 'empty' },
      { word: 'fjäril', language: 'sv' },
    ])
  })

  it('sums up a long one', async () => {
    const path = await file('long.txt', 'butterfly\nfjäril\n'.repeat(500))
    const { code, out, err } = await run(['--file', path])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.match(/^butterfly +English/gm)).toHaveLength(500)
    expect(out.match(/^word/gm)).toHaveLength(1)
    expect(out).toMatch(/^1,000 words; [\d,]+ words\/s with this table, engine wasm/m)
  })

  it('ends quietly when its reader has had enough', async () => {
    const path = await file('longer.txt', 'butterfly\n'.repeat(20_000))
    const { code, out, err } = await run(['--file', path], { stopAfter: 100 })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.length).toBeLessThan(1e6)
  })

  it.each([
    ['a missing one', () => join(folder, 'missing.txt'), /missing\.txt: no such file/],
    ['a folder', () => folder, /: a folder; expected a text file/],
    ['an empty one', () => file('empty.txt', ''), /empty\.txt: no words; expected one a line/],
    ['one of blank lines', () => file('blank.txt', '\n  \n\n'), /blank\.txt: no words; expected one a line/],
    ['Latin-1', () => file('latin1.txt', new Uint8Array([0x66, 0x6a, 0xe4])), /latin1\.txt: not UTF-8 text/],
  ])('says what is wrong with %s', async (_, path, message) => {
    const { code, out, err } = await run(['--json', '--file', await path()])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(message)
    expect(err).not.toContain('    at ') // no stack trace
  })
})

it('says what is wrong with a model', async () => {
  const path = await file('model.pt', 'no model')
  const { code, out, err } = await run(['--model', path, 'butterfly'])
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toContain(path)
  expect(err).toContain('Expected a model of npm start -- train.')
  expect(err).not.toContain('    at ')
})

it('--help explains itself', async () => {
  const { code, out, err } = await run(['--help'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('npm start -- --file words.txt')
})

it.each([[['--nonsense']], [['--file']], [['--model', 'model.pt']]])('refuses %j', async (args) => {
  const { code, out, err } = await run(args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain('See --help.')
})
