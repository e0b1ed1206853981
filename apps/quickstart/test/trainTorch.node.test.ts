import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readTexts } from '../src/training/textFiles.ts'
import { TrainingRun } from '../src/training/trainingRun.ts'
import { writeTexts } from './madeUpTexts.ts'

const python = process.env['PYTHON'] ?? 'python3'
const torch = spawnSync(python, ['-c', 'import torch']).status === 0
const oracle = fileURLToPath(new URL('../../../tooling/oracle/quickstart', import.meta.url))

/** Trains with train.py on the same words, and reads our file with record.py. */
const script = `
import json, sys
sys.path.insert(0, sys.argv[1])
import torch
import record, train
torch.set_num_threads(1)
given = json.loads(sys.argv[2])
train.EPOCHS, train.WORDS_AN_EPOCH = given["epochs"], max(map(len, given["training"]))
torch.manual_seed(given["seed"])
alphabet = "".join(sorted({letter for words in given["training"] for word in words for letter in word}))
model = train.LanguageClassifier(len(alphabet), len(given["training"]), **train.SIZES)
losses = [loss for _, _, loss in train.steps(model, given["training"], alphabet)]
ours, alphabet_of_file, languages = record.load(given["file"])
print(json.dumps({
    "losses": losses,
    "alphabet": alphabet,
    "fileAlphabet": alphabet_of_file,
    "languages": languages,
    "probabilities": train.probabilities(ours, given["heldOut"], alphabet_of_file).tolist(),
    "theirs": train.probabilities(model, given["heldOut"], alphabet).tolist(),
}))
`

it.skipIf(!torch)(
  'PyTorch has the same losses from the same seed, and the same probabilities from our file (skipped where python3 has no torch)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quickstart-torch-'))
    const seed = 3
    const words = await readTexts(await writeTexts(folder, 400), seed, 50)
    const run = new TrainingRun({ epochs: 5, seed, texts: [], out: '' }, words)
    const losses = [...run.steps()].map(({ loss }) => loss)
    const file = join(folder, 'model.pt')
    await writeFile(file, run.modelFile())
    const heldOut = words.heldOut.flat()
    const given = JSON.stringify({ epochs: 5, seed, training: words.training, heldOut, file })
    const want = JSON.parse(execFileSync(python, ['-c', script, oracle, given], { encoding: 'utf8' }))
    await rm(folder, { recursive: true })

    expect([want.alphabet, want.fileAlphabet]).toEqual([run.alphabet, run.alphabet])
    expect(want.languages).toEqual(['first', 'second'])
    expect(losses).toHaveLength(5 * 3)
    expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] ?? 0))
    // Rounding in float32, which training makes larger step by step.
    expect(losses).toBeAllclose(want.losses, { rtol: 0, atol: 1e-4 })
    const probabilities = [...run.classifier.classify(heldOut)].flat().flatMap((reading) => {
      if ('problem' in reading) throw new Error(`${reading.word}: ${reading.problem}`)
      return [...reading.probabilities]
    })
    expect(probabilities).toBeAllclose(want.probabilities.flat(), { rtol: 0, atol: 1e-5 })
    expect(probabilities).toBeAllclose(want.theirs.flat(), { rtol: 0, atol: 1e-3 })
  },
)
