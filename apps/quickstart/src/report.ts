import { styleText } from 'node:util'
import type { Engine } from '@unroll/kernels'
import { type Cell, grid } from '@unroll/table'
import type { Reading, WordClassifier } from './classify.ts'
import type { HeldOutComparison, SnippetComparison } from './compare.ts'

/** Characters; longer words end in an ellipsis. */
const WIDEST = 40
/** Characters a language's name may take: `Portuguese` and two to spare. */
const LANGUAGE_WIDTH = 12
const PERCENT_WIDTH = 7
/** Rows laid out at once: cli-table3's time grows with their square. */
const ROWS = 32

const names = new Intl.DisplayNames('en', { type: 'language' })

/** Turns readings into lines of aligned columns, some at a time; all words are known first, for the column's width. */
export class ReadingTable {
  readonly #classifier: WordClassifier
  readonly #wordWidth: number

  constructor(classifier: WordClassifier, words: readonly string[]) {
    this.#classifier = classifier
    this.#wordWidth = words.reduce((width, word) => Math.max(width, shown(word).length), 'word'.length)
  }

  head(): string {
    return this.#table([['word', 'language', '', 'second', '', 'third', ''].map(faint)])
  }

  rows(readings: readonly Reading[]): string {
    const rows = readings.map((reading) => this.#row(reading))
    const tables = Array.from({ length: Math.ceil(rows.length / ROWS) }, (_, index) =>
      rows.slice(index * ROWS, (index + 1) * ROWS),
    )
    return tables.map((part) => this.#table(part)).join('')
  }

  #row(reading: Reading): Cell[] {
    if ('problem' in reading) {
      return [shown(reading.word), { content: paint('yellow', visible(reading.problem)), colSpan: 6 }]
    }
    const [first, ...others] = this.#classifier
      .ranking(reading.probabilities)
      .slice(0, 3)
      .map(({ language, probability }) => [nameOf(language), percent(probability)])
    return [shown(reading.word), ...(first ?? []).map((text) => paint('bold', text)), ...others.flat()]
  }

  #table(rows: Cell[][]): string {
    return grid(rows, {
      widths: [this.#wordWidth, ...Array(3).fill([LANGUAGE_WIDTH, PERCENT_WIDTH])].flat(),
      aligns: ['left', 'left', 'right', 'left', 'right', 'left', 'right'],
    })
  }
}

/** A reading as `--json` prints it. */
export function readingJson(classifier: WordClassifier, reading: Reading): string {
  if ('problem' in reading) return JSON.stringify(reading)
  const ranked = classifier.ranking(reading.probabilities)
  return JSON.stringify({
    word: reading.word,
    language: ranked[0]?.language,
    probabilities: Object.fromEntries(ranked.map(({ language, probability }) => [language, probability])),
  })
}

/** The engine and its build, e.g. `wasm (relaxed-simd)`. */
export function engineName({ name, variant }: Engine): string {
  return variant ? `${name} (${variant})` : name
}

export function heldOutReport(
  classifier: WordClassifier,
  comparison: HeldOutComparison,
  engine: Engine,
): string {
  const { words, accuracy, torchAccuracy, maxDifference, wordsPerSecond } = comparison
  const perLanguage = words.length / classifier.languages.length
  const rows = words
    .filter((_, index) => index % perLanguage < 2)
    .map(({ word, language, probabilities }) => {
      const [best] = classifier.ranking(probabilities)
      if (!best) return []
      const colour = best.language === language ? 'green' : 'red'
      return [shown(word), nameOf(language), paint(colour, nameOf(best.language)), percent(best.probability)]
    })
  return [
    heading(`The language of words: trained in PyTorch ${comparison.torch}, run here`),
    grid([['word', 'stands in', 'taken for', ''].map(faint), ...rows], {
      aligns: ['left', 'left', 'left', 'right'],
    }),
    `... and ${(words.length - rows.length).toLocaleString('en')} more words that the model never saw.`,
    '',
    grid([
      [
        faint('accuracy'),
        `${percent(accuracy)} of ${words.length} words; PyTorch's ${percent(torchAccuracy)}`,
      ],
      [faint('probabilities'), `max abs difference from PyTorch's: ${difference(maxDifference)}`],
      [faint('speed'), `${rate(wordsPerSecond)}, warm`],
      [faint('engine'), engineName(engine)],
    ]),
    '',
  ].join('\n')
}

export function snippetsReport(comparisons: readonly SnippetComparison[]): string {
  const rows = comparisons.map(({ module, shapes, drawnDifference, outputDifference }) => [
    module,
    Object.entries(shapes)
      .map(([name, shape]) => `${name} (${shape.join(', ')})`)
      .join('\n'),
    difference(drawnDifference),
    difference(outputDifference),
  ])
  return [
    heading('The six classic snippets: same seed in PyTorch and here; max abs differences'),
    grid([['module', 'gives', 'weights, inputs', 'outputs'].map(faint), ...rows], {
      aligns: ['left', 'left', 'right', 'right'],
    }),
    '',
  ].join('\n')
}

/** Both comparisons as `--json` prints them: the numbers without the words. */
export function comparisonJson(
  { words, ...heldOut }: HeldOutComparison,
  snippets: readonly SnippetComparison[],
  engine: Engine,
): string {
  const { name, variant } = engine
  const report = { engine: { name, variant }, heldOut: { words: words.length, ...heldOut }, snippets }
  return `${JSON.stringify(report, null, 2)}\n`
}

export function rate(wordsPerSecond: number): string {
  return `${Math.round(wordsPerSecond).toLocaleString('en')} words/s`
}

function difference(value: number): string {
  return value === 0 ? '0' : value.toExponential(1)
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

/** The name of a language's code; a name of another kind stays as it is. */
export function nameOf(language: string): string {
  return /^[a-z]{2}$/.test(language) ? (names.of(language) ?? language) : shown(language)
}

/** A word on one line, not too long. */
function shown(word: string): string {
  const characters = [...visible(word)]
  return characters.length > WIDEST ? `${characters.slice(0, WIDEST - 1).join('')}…` : characters.join('')
}

/** Control and other invisible characters, spelled out: nothing that a terminal would obey. */
function visible(text: string): string {
  return text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

export function heading(text: string): string {
  return `${paint('bold', text)}\n`
}

export function faint(text: string): string {
  return paint('dim', text)
}

/** Colours only what a person will see: a terminal, unless NO_COLOR is set. */
function paint(format: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string): string {
  return process.stdout.isTTY && process.stdout.hasColors() ? styleText(format, text) : text
}
