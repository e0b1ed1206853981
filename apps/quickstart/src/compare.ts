import { manualSeed, type Tensor } from '@unroll/tensor'
import type { WordClassifier } from './classify.ts'
import { modelPath, readModel } from './readModel.ts'
import { snippets } from './snippets.ts'

/** A held-out word: the language of the list it stands in, and what the model makes of it. */
interface HeldOutWord {
  readonly word: string
  readonly language: string
  readonly probabilities: Float32Array
}

/** The held-out words, classified here and in PyTorch. */
export interface HeldOutComparison {
  /** Version of the PyTorch that recorded. */
  readonly torch: string
  readonly words: readonly HeldOutWord[]
  /** Share of words whose most probable language is their own. */
  readonly accuracy: number
  readonly torchAccuracy: number
  /** Largest difference of any probability from PyTorch's. */
  readonly maxDifference: number
  readonly wordsPerSecond: number
}

/** One snippet, run from the same seed here and in PyTorch. */
export interface SnippetComparison {
  readonly name: string
  /** As PyTorch prints the module. */
  readonly module: string
  readonly shapes: Readonly<Record<string, readonly number[]>>
  /** Largest difference of the weights and inputs, all drawn at random. */
  readonly drawnDifference: number
  readonly outputDifference: number
}

/** Milliseconds to repeat the measured work for. */
const MEASURE = 500

export async function compareHeldOut(classifier: WordClassifier): Promise<HeldOutComparison> {
  const recorded = await readModel(modelPath('heldout.pt'))
  const words = recorded.strings('words')
  const classify = () => [...classifier.classify(words)].flat()

  const languages = recorded.tensor('languages').data
  const heldOut = classify().map((reading, index): HeldOutWord => {
    if ('problem' in reading) throw new Error(`heldout.pt: cannot read ${reading.word}: ${reading.problem}`)
    return { ...reading, language: classifier.languages[Number(languages[index])] ?? '' }
  })
  const right = heldOut.filter(
    (word) => classifier.ranking(word.probabilities)[0]?.language === word.language,
  )
  const got = heldOut.flatMap((word) => [...word.probabilities])
  return {
    torch: recorded.string('torch'),
    words: heldOut,
    accuracy: right.length / words.length,
    torchAccuracy: recorded.number('accuracy'),
    maxDifference: maxDifference(got, recorded.tensor('probabilities').data),
    wordsPerSecond: words.length * perSecond(classify),
  }
}

export async function compareSnippets(): Promise<SnippetComparison[]> {
  const recorded = await readModel(modelPath('snippets.pt'))
  return Object.entries(snippets).map(([name, snippet]) => {
    manualSeed(0)
    const { module, inputs, outputs } = snippet()
    const torch = recorded.dict(name)
    const difference = (tensors: Iterable<[string, Tensor]>, key: string): number => {
      const wanted = torch.tensors(key)
      return Math.max(...[...tensors].map(([of, got]) => maxDifference(got.data, wanted.get(of)?.data ?? [])))
    }
    return {
      name,
      module: String(module),
      shapes: Object.fromEntries(Object.entries(outputs).map(([of, output]) => [of, output.shape])),
      drawnDifference: Math.max(
        difference(module.stateDict(), 'weights'),
        difference(Object.entries(inputs), 'inputs'),
      ),
      outputDifference: difference(Object.entries(outputs), 'outputs'),
    }
  })
}

/** Infinite where there are not equally many, so that nothing missing passes for equal. */
function maxDifference(got: ArrayLike<number | bigint>, want: ArrayLike<number | bigint>): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY
  let max = 0
  for (let i = 0; i < got.length; i++) max = Math.max(max, Math.abs(Number(got[i]) - Number(want[i])))
  return max
}

/** Calls a second, warm: the call has run before. */
function perSecond(call: () => void): number {
  const start = performance.now()
  let calls = 0
  let elapsed = 0
  do {
    call()
    calls++
    elapsed = performance.now() - start
  } while (elapsed < MEASURE)
  return (1000 * calls) / elapsed
}
