import { parseArgs } from 'node:util'
import { UsageError } from '../userError.ts'
import type { TrainingSettings } from './trainingRun.ts'

/** A new run, or one that was stopped. */
export type TrainOptions = { readonly json: boolean } & (
  | { readonly help: true }
  | { readonly settings: TrainingSettings }
  | { readonly resume: string }
)

export const TRAIN_HELP = `Trains the word-language model from scratch, as tooling/oracle/quickstart/train.py does in PyTorch.

npm start -- train                                       on the word lists of Debian in /usr/share/dict
npm start -- train --text english.txt --text french.txt  on your own texts (UTF-8), one a language, named as its file
  --out model.pt     where the model goes (default: trained.pt); PyTorch reads it, and npm start -- --model model.pt
  --epochs 5         how often it goes through the words
  --seed 0           of the weights and of all orders
  --resume run.pt    goes on where Ctrl-C stopped a run
  --json             a JSON object a line instead of text
  --help             this text

Ctrl-C saves the run and says how to go on; so does kill, and whoever closes the output. Exit code: 0 if the model was trained,
130 if Ctrl-C stopped it, 143 if kill did, 1 if words or files cannot be used, 2 for wrong arguments.
`

/** The largest seed. Each language shuffles with one of its own, counted from it. */
const LARGEST_SEED = 2 ** 31

/** @throws UsageError */
export function trainOptions(args: readonly string[]): TrainOptions {
  const { values } = parse(args)
  const { json, help, resume, text = [], out, epochs, seed } = values
  if (help) return { json, help }
  if (resume === undefined) {
    return {
      json,
      settings: {
        texts: text,
        out: outputPath(out ?? 'trained.pt'),
        epochs: integer('--epochs', epochs ?? '5', 1, 1000),
        seed: integer('--seed', seed ?? '0', 0, LARGEST_SEED),
      },
    }
  }
  if (text.length > 0 || [out, epochs, seed].some((value) => value !== undefined)) {
    throw wrong('--resume: expected no other option but --json; the file has those of the run')
  }
  return { json, resume }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        text: { type: 'string', multiple: true },
        out: { type: 'string' },
        epochs: { type: 'string' },
        seed: { type: 'string' },
        resume: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

function integer(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw wrong(`${name}: expected a whole number from ${least} to ${most}, got ${text}`)
}

/** Files of another kind are never replaced, least of all a text to train on. */
function outputPath(path: string): string {
  if (path.endsWith('.pt')) return path
  throw wrong(`--out: expected a name that ends in .pt, got ${path}`)
}

function wrong(message: string): UsageError {
  return new UsageError(message, 'npm start -- train --help')
}
