import { useMemo, useState } from 'preact/hooks'
import { isChinese } from '../../site.ts'
import { arrowOf } from '../arrows.ts'
import { ValueTable } from '../ValueTable.tsx'
import { WordField } from '../WordField.tsx'
import { nameOf, percent } from '../words.ts'
import { LanguageHeat } from './LanguageHeat.tsx'
import type { WordReading } from './languageModel.ts'
import type { FirstReading } from './readFirst.ts'
import { textsOf } from './texts.ts'
import { useLanguageModel } from './useLanguageModel.ts'

const examples = [
  'Schmetterling',
  'butterfly',
  'papillon',
  'mariposa',
  'farfalla',
  'borboleta',
  'vlinder',
  'fjäril',
]
const longest = 28

interface WordToLanguageProps {
  readonly language: string
  readonly first: FirstReading
}

/** The quickstart's model reads what the reader types; each letter tells what it changed. */
export function WordToLanguage({ language, first }: WordToLanguageProps) {
  const texts = textsOf(language)
  const [word, setWord] = useState(first.word)
  // The last letter, wherever it is, until the reader chooses one; the most probable language likewise.
  const [chosenLetter, setLetter] = useState(Number.POSITIVE_INFINITY)
  const [chosenLanguage, setLanguage] = useState<number | null>(null)
  const { model, problem, start } = useLanguageModel()
  const atFirst = useMemo(() => readingOf(first), [first])
  const reading = useMemo(
    () => (model ? model.read(word) : word === first.word ? atFirst : null),
    [model, word, first, atFirst],
  )

  const codes = first.languages
  const names = codes.map((code) => nameOf(code, language))
  const letters = reading?.letters ?? []
  const letter = Math.max(0, Math.min(chosenLetter, letters.length - 1))
  const best = reading ? reading.probabilities.indexOf(Math.max(...reading.probabilities)) : -1
  const row = chosenLanguage ?? best
  const soFar = (step: number, of: number): number => reading?.soFar[step * codes.length + of] ?? 0
  const added = (step: number, of: number): number => reading?.added[step * codes.length + of] ?? 0
  const most = reading ? reading.added.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1) : 1

  const open = (text: string): void => {
    start()
    setWord(text)
    setLetter(Number.POSITIVE_INFINITY)
    setLanguage(null)
  }
  const pick = (toRow: number, toLetter: number): void => {
    setLanguage(Math.max(0, Math.min(codes.length - 1, toRow)))
    setLetter(Math.max(0, Math.min(letters.length - 1, toLetter)))
  }
  const onKey = (event: KeyboardEvent): void => {
    const arrow = arrowOf(event)
    if (arrow === null) return
    const [rows, columns] = arrow
    pick(row + rows, letter + columns)
    event.preventDefault()
  }
  const said = (): string => {
    if (problem !== null) return texts.failed(problem)
    if (model === null && reading === null) return texts.loading
    const [name, current] = [names[row], letters[letter]]
    if (reading === null || name === undefined || current === undefined) return texts.empty
    const to = percent(soFar(letter, row), 1)
    return [
      texts.best(names[best] ?? '', percent(reading.probabilities[best] ?? 0, 1)),
      letter === 0
        ? texts.first(current, name, to)
        : texts.moved(current, name, percent(soFar(letter - 1, row), 1), to),
      texts.adds(current, name, signed(added(letter, row))),
    ].join(isChinese(language) ? '' : ' ')
  }
  const engine = model && [model.engine.name, model.engine.variant].filter(Boolean).join(', ')
  return (
    <div class="explore word-to-language">
      <div class="bar">
        <WordField
          label={texts.word}
          word={word}
          longest={longest}
          examples={examples}
          read={open}
          begin={start}
        />
      </div>
      <p class="said" aria-live="polite">
        {said()}
      </p>
      {reading !== null && reading.unknown.length > 0 && (
        <p class="hint">{texts.unknown(reading.unknown.join(' '))}</p>
      )}
      <ul class="bars" aria-label={texts.result}>
        {names.map((name, at) => (
          <li key={codes[at]} data-best={at === best}>
            <span>{name}</span>
            <span class="bar-track" aria-hidden="true">
              <span style={{ width: percent(reading?.probabilities[at] ?? 0, 2).replace(' ', '') }} />
            </span>
            <span class="bar-number">{reading ? percent(reading.probabilities[at] ?? 0, 1) : ''}</span>
          </li>
        ))}
      </ul>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move within it */}
      <section class="heats" tabIndex={0} aria-label={texts.keys} onKeyDown={onKey}>
        <LanguageHeat
          title={texts.soFar}
          hint={texts.soFarHint}
          label={texts.map(texts.soFar, codes.length, letters.length)}
          names={names}
          letters={letters}
          values={reading?.soFar ?? null}
          most={1}
          high="state-c"
          row={row}
          column={letter}
          numberOf={(of) => percent(soFar(letter, of))}
          pick={pick}
        />
        <LanguageHeat
          title={texts.added}
          hint={texts.addedHint}
          label={texts.map(texts.added, codes.length, letters.length)}
          names={names}
          letters={letters}
          values={reading?.added ?? null}
          most={most}
          high="positive"
          row={row}
          column={letter}
          numberOf={(of) => signed(added(letter, of))}
          pick={pick}
        />
      </section>
      <ValueTable
        title={texts.table(texts.soFar)}
        corner={texts.letter}
        columns={letters}
        column={letter}
        rows={names.map((name, of) => ({
          name,
          values: letters.map((_, step) => percent(soFar(step, of), 1)),
        }))}
      />
      <ValueTable
        title={texts.table(texts.added)}
        corner={texts.letter}
        columns={letters}
        column={letter}
        rows={names.map((name, of) => ({ name, values: letters.map((_, step) => signed(added(step, of))) }))}
      />
      <p class="hint">
        {engine === null ? texts.notYet : engine === 'reference' ? texts.slow : texts.engine(engine)}
      </p>
    </div>
  )
}

/** A score with its sign. */
function signed(value: number): string {
  const text = Math.abs(value).toFixed(1)
  return text === '0.0' ? text : `${value < 0 ? '−' : '+'}${text}`
}

/** What was read when the page was made, as the model gives it. */
function readingOf({ letters, soFar, added, languages }: FirstReading): Omit<WordReading, 'start'> {
  return {
    letters,
    unknown: [],
    soFar: Float32Array.from(soFar),
    added: Float32Array.from(added),
    probabilities: Float32Array.from(soFar.slice(-languages.length)),
  }
}
