import { percent } from '../../words.ts'
import type { Texts } from '../texts.ts'

interface AnswerProps {
  readonly texts: Texts
  readonly names: readonly string[]
  /** How probable each class is; null while there is nothing to read, or nobody who can. */
  readonly probabilities: readonly number[] | null
  /** What is said of the drawing. */
  readonly said: string
}

/** What the model takes the drawing for. */
export function Answer({ texts, names, probabilities, said }: AnswerProps) {
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1
  return (
    <div class="learn-answer">
      <p class="learn-said" aria-live="polite">
        {said}
      </p>
      <ul aria-label={texts.result}>
        {names.map((name, at) => {
          const share = probabilities?.[at]
          return (
            <li key={at} data-best={at === best}>
              <span class="learn-name">{name}</span>
              <span class="learn-track" aria-hidden="true">
                <span style={{ width: `${100 * (share ?? 0)}%` }} />
              </span>
              <span class="learn-number">{share === undefined ? '–' : percent(share)}</span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
