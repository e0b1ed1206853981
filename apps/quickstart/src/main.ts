import { parseArgs } from 'node:util'
import { isBrokenPipe } from './brokenPipe.ts'
import { WordClassifier } from './classify.ts'
import { classifyWords } from './classifyWords.ts'
import { compareHeldOut, compareSnippets } from './compare.ts'
import { readChecked } from './readModel.ts'
import { readWords } from './readWords.ts'
import { comparisonJson, heldOutReport, snippetsReport } from './report.ts'
import { train } from './training/train.ts'
import { TRAIN_HELP, trainOptions } from './training/trainOptions.ts'
import { UsageError, UserError } from './userError.ts'

const HELP = `Tells the language of words with an LSTM trained in PyTorch: en fr de es it pt nl sv.

npm start                          held-out words and the six classic snippets, compared with PyTorch
npm start -- Schmetterling vélo    these words
npm start -- --file words.txt      a file of words, one a line (UTF-8)
  --model model.pt                 with a model that npm start -- train made
  --json                           JSON on standard output instead of a table
  --help                           this text
npm start -- train                 trains a model from scratch; npm start -- train --help tells more

Exit code: 0 if anything could be done, 1 if not, 2 for wrong arguments.
`

async function main(args: string[]): Promise<number> {
  const [command, ...trainArgs] = args
  if (command === 'train') return trainOrHelp(trainArgs)
  const { values, positionals } = parse(args)
  if (values.help) {
    await write(HELP)
    return 0
  }
  const fromFile = values.file === undefined ? [] : await readWords(values.file)
  const words = [...positionals, ...fromFile]
  if (values.model !== undefined && words.length === 0) {
    throw new UsageError('--model: expected words too, or --file')
  }
  const classifier = await loadClassifier(values.model)
  if (words.length === 0) return compare(classifier, values.json)
  const readable = await classifyWords(classifier, words, values.json, write)
  if (readable === 0) throw new UserError('none of the words could be read')
  return 0
}

async function trainOrHelp(args: readonly string[]): Promise<number> {
  const options = trainOptions(args)
  if (!('help' in options)) return train(options, write)
  await write(TRAIN_HELP)
  return 0
}

function loadClassifier(path: string | undefined): Promise<WordClassifier> {
  if (path === undefined) return WordClassifier.load()
  return readChecked(path, 'a model of npm start -- train', () => WordClassifier.load(path))
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
        model: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}

process.stdout.on('error', () => {}) // write() reports it
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (isBrokenPipe(error)) process.exitCode = 0
  else if (error instanceof UserError) {
    console.error(error instanceof UsageError ? `${error.message}\nSee ${error.help}.` : error.message)
    process.exitCode = error instanceof UsageError ? 2 : 1
  } else throw error
}
