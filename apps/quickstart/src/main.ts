import { parseArgs } from 'node:util'
import { WordClassifier } from './classify.ts'
import { classifyWords } from './classifyWords.ts'
import { compareHeldOut, compareSnippets } from './compare.ts'
import { readWords, UserError } from './readWords.ts'
import { comparisonJson, heldOutReport, snippetsReport } from './report.ts'

const HELP = `Tells the language of words with an LSTM trained in PyTorch: en fr de es it pt nl sv.

npm start                          held-out words and the six classic snippets, compared with PyTorch
npm start -- Schmetterling vélo    these words
npm start -- --file words.txt      a file of words, one a line (UTF-8)
  --json                           JSON on standard output instead of a table
  --help                           this text

Exit code: 0 if anything could be done, 1 if not, 2 for wrong arguments.
`

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args)
  if (values.help) {
    await write(HELP)
    return 0
  }
  const fromFile = values.file === undefined ? [] : await readWords(values.file)
  const words = [...positionals, ...fromFile]
  const classifier = await WordClassifier.load()
  if (words.length === 0) return compare(classifier, values.json)
  const readable = await classifyWords(classifier, words, values.json, write)
  if (readable === 0) throw new UserError('none of the words could be read')
  return 0
}

async function compare(classifier: WordClassifier, json: boolean): Promise<number> {
  const { engine } = classifier.model.lstm
  const heldOut = await compareHeldOut(classifier)
  if (!json) await write(heldOutReport(classifier, heldOut, engine))
  const snippets = await compareSnippets()
  await write(json ? comparisonJson(heldOut, snippets, engine) : snippetsReport(snippets))
  return 0
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        file: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

class UsageError extends UserError {}

function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}

/** Whoever read our output has gone, as `head` does: nothing is wrong. */
function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE'
}

process.stdout.on('error', () => {}) // write() reports it
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (isBrokenPipe(error)) process.exitCode = 0
  else if (error instanceof UserError) {
    console.error(error instanceof UsageError ? `${error.message}\nSee --help.` : error.message)
    process.exitCode = error instanceof UsageError ? 2 : 1
  } else throw error
}
