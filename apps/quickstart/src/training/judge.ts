import type { TrainingRun } from './trainingRun.ts'

/** How a model does on words that it never saw. */
export interface Judgement {
  readonly words: number
  readonly accuracy: number
  readonly languages: readonly {
    readonly language: string
    readonly accuracy: number
    /** What the other words were taken for, the most frequent first. */
    readonly mistakes: readonly (readonly [language: string, words: number])[]
  }[]
}

/** @param most words of each language */
export function judge({ model, words, classifier }: TrainingRun, most: number): Judgement {
  model.eval()
  const languages = words.languages.map((language, index) => {
    const found = [...classifier.classify((words.heldOut[index] ?? []).slice(0, most))]
      .flat()
      .map((reading) => {
        if ('problem' in reading) throw new Error(`${reading.word}: ${reading.problem}`)
        return classifier.ranking(reading.probabilities)[0]?.language ?? ''
      })
    const taken = new Map<string, number>()
    for (const other of found) taken.set(other, (taken.get(other) ?? 0) + 1)
    const right = taken.get(language) ?? 0
    taken.delete(language)
    return {
      language,
      words: found.length,
      right,
      accuracy: right / found.length,
      mistakes: [...taken].sort(([, a], [, b]) => b - a),
    }
  })
  model.train()
  const count = languages.reduce((sum, { words }) => sum + words, 0)
  const right = languages.reduce((sum, { right }) => sum + right, 0)
  return {
    words: count,
    accuracy: right / count,
    languages: languages.map(({ language, accuracy, mistakes }) => ({ language, accuracy, mistakes })),
  }
}
