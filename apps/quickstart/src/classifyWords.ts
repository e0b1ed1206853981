import { setImmediate } from 'node:timers/promises'
import { SingleBar } from 'cli-progress'
import type { WordClassifier } from './classify.ts'
import { engineName, ReadingTable, rate, readingJson } from './report.ts'

/** Milliseconds without an end in sight after which a progress bar appears. */
const PATIENCE = 500

/**
 * Classifies words and prints a table, or JSON, as the readings come.
 * @param write resolves when the text is out; its rejection ends the work
 * @returns how many words could be read
 */
export async function classifyWords(
  classifier: WordClassifier,
  words: readonly string[],
  json: boolean,
  write: (text: string) => Promise<void>,
): Promise<number> {
  const table = new ReadingTable(classifier, words)
  const start = performance.now()
  let [done, readable] = [0, 0]
  let bar: SingleBar | null = null
  // The bar and the rows may share a terminal: while the bar stands there, the rows wait.
  const waiting: string[] = []

  await write(json ? '[\n' : table.head())
  try {
    for (const readings of classifier.classify(words)) {
      const last = done + readings.length === words.length
      const lines = readings.map((reading) => `  ${readingJson(classifier, reading)}`).join(',\n')
      const text = json ? `${lines}${last ? '\n' : ',\n'}` : table.rows(readings)
      if (bar && process.stdout.isTTY) waiting.push(text)
      else await write(text)

      done += readings.length
      readable += readings.filter((reading) => 'probabilities' in reading).length
      if (!bar && !last && process.stderr.isTTY && performance.now() - start > PATIENCE) {
        bar = new SingleBar({ format: '{bar} {value} of {total} words, {eta} s left', clearOnComplete: true })
        bar.start(words.length, done)
      }
      bar?.update(done)
      await setImmediate() // lets signals and broken pipes through
    }
  } finally {
    bar?.stop()
  }
  const seconds = (performance.now() - start) / 1000
  for (const text of waiting) await write(text)
  if (json) await write(']\n')
  else await write(summary(done, readable, done / seconds, engineName(classifier.model.lstm.engine)))
  return readable
}

function summary(words: number, readable: number, wordsPerSecond: number, engine: string): string {
  if (words < 100) return readable < words ? `\n${words - readable} of ${words} could not be read\n` : ''
  const unread = readable < words ? `, ${words - readable} could not be read` : ''
  return `\n${words.toLocaleString('en')} words${unread}; ${rate(wordsPerSecond)} with this table, engine ${engine}\n`
}
