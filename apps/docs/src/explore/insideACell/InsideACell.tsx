import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { arrowOf } from '../arrows.ts'
import { ValueTable } from '../ValueTable.tsx'
import { WordField } from '../WordField.tsx'
import { encodeWord } from '../words.ts'
import { CellPanel } from './CellPanel.tsx'
import { type Kind, letters, traceCell } from './cells.ts'
import { embed, headAt, kinds } from './models.ts'
import { SignalPad, signalOf, type signalShapes } from './SignalPad.tsx'
import { Steering } from './Steering.tsx'
import { nameOfLetter, textsOf } from './texts.ts'
import { type Source, useModels } from './useModels.ts'
import { colourOf, letterAt, phaseOf, phases, shown, valueAt, worked } from './worked.ts'

interface InsideACellProps {
  readonly language: string
  /** Equations by cell and letter, `LSTMf`; slots of the page. */
  readonly [equation: `${Kind}${string}`]: ComponentChildren
}

const longest = 24
const examples = ['butterfly', 'schmetterling', 'mariposa', 'papillon', 'fjäril']
const sources: readonly Source[] = ['words', 'signal', 'quickstart']

/** Three cells read the same sequence; the reader steps through every term of their equations. */
export function InsideACell({ language, ...equations }: InsideACellProps) {
  const texts = textsOf(language)
  const [source, setSource] = useState<Source>('words')
  const [word, setWord] = useState('butterfly')
  const [signal, setSignal] = useState(() => signalOf('sine'))
  const [kind, setKind] = useState<Kind>('LSTM')
  // A turn is a term of an equation: `phases` of them are a timestep. At first the last one, wherever it is.
  const [turn, setTurn] = useState(Number.POSITIVE_INFINITY)
  const [unit, setUnit] = useState(0)
  const [playing, setPlaying] = useState(false)
  const { models, problem } = useModels(source)

  const encoded = encodeWord(word, models?.alphabet ?? word.toLowerCase())
  const columns = source === 'signal' ? Array.from(signal, () => '') : encoded.letters
  const runs = useMemo(
    () =>
      kinds.flatMap((of) => {
        const model = models?.cells[of]
        if (!model) return []
        const inputs =
          source === 'signal'
            ? Array.from(signal, (value) => Float32Array.of(value))
            : embed(model, encoded.indices)
        return [{ kind: of, model, inputs, trace: traceCell(model.cell, inputs) }]
      }),
    [models, source, signal, word],
  )
  const shownKinds = source === 'quickstart' ? kinds.filter((of) => of === 'LSTM') : kinds
  const chosen = shownKinds.includes(kind) ? kind : 'LSTM'
  const steps = columns.length
  const lastTurn = Math.max(0, steps * phases - 1)
  const now = Math.min(turn, lastTurn)
  const [step, phase] = [Math.floor(now / phases), now % phases]
  const units = runs[0]?.model.cell.units ?? 16
  const row = Math.min(unit, units - 1)

  useEffect(() => {
    if (!playing) return
    if (now >= lastTurn) return setPlaying(false)
    // Who wants little motion gets a timestep at once instead of a light that runs.
    const calm = wantsCalm()
    const timer = setTimeout(() => setTurn(calm ? (step + 2) * phases - 1 : now + 1), calm ? 1500 : 450)
    return () => clearTimeout(timer)
  }, [playing, now, lastTurn])

  const goTo = (to: number): void => {
    setPlaying(false)
    setTurn(Math.max(0, Math.min(lastTurn, to)))
  }
  const read = (text: string): void => {
    setPlaying(false)
    setWord(text)
    setTurn(Number.POSITIVE_INFINITY)
  }
  const move = (toStep: number): void => goTo(Math.max(0, Math.min(steps - 1, toStep)) * phases + phase)
  const pick = (of: Kind, letter: string, toUnit: number | null, toStep: number | null): void => {
    setKind(of)
    if (toUnit !== null) setUnit(toUnit)
    goTo((toStep ?? step) * phases + phaseOf(of, letter))
  }
  const onKey = (event: KeyboardEvent): void => {
    const [rows, steps] = arrowOf(event) ?? [0, 0]
    if (steps) move(step + steps)
    else if (rows) setUnit(Math.max(0, Math.min(units - 1, row + rows)))
    else return
    event.preventDefault()
  }

  const current = runs.find((run) => run.kind === chosen)
  const letter = letterAt(chosen, phase)
  const sum = current && steps > 0 ? worked(current.trace, letter, step, row) : []
  const input = source === 'signal' ? shown(signal[step] ?? 0) : `“${encoded.letters[step] ?? ''}”`
  return (
    <div class="explore inside-a-cell" data-source={source}>
      <fieldset class="choices">
        <legend>{texts.source}</legend>
        {sources.map((of) => (
          <label key={of}>
            <input type="radio" name="source" checked={of === source} onChange={() => setSource(of)} />{' '}
            {texts[of]}
          </label>
        ))}
      </fieldset>
      {source === 'signal' ? (
        <>
          <div class="bar">
            {(['sine', 'square', 'pulse'] as const satisfies (keyof typeof signalShapes)[]).map((shape) => (
              <button key={shape} type="button" onClick={() => setSignal(signalOf(shape))}>
                {texts.shapes[shape]}
              </button>
            ))}
          </div>
          <SignalPad
            texts={texts}
            signal={signal}
            step={step}
            predictions={runs.map(({ kind: of, model, trace }) => ({
              kind: of,
              values: Float32Array.from({ length: steps - 1 }, (_, at) => headAt(model, trace, at)?.[0] ?? 0),
            }))}
            change={setSignal}
            move={move}
          />
        </>
      ) : (
        <div class="bar">
          <WordField label={texts.word} word={word} longest={longest} examples={examples} read={read} />
          {models && encoded.unknown.length > 0 && (
            <p class="hint">{texts.unknown(encoded.unknown.join(' '))}</p>
          )}
          {models && steps === 0 && <p class="hint">{texts.empty}</p>}
        </div>
      )}
      <Steering
        texts={texts}
        step={step}
        steps={steps}
        unit={row}
        units={units}
        playing={playing}
        timestep={texts.timestepOf(step + 1, steps, input)}
        kinds={shownKinds}
        kind={chosen}
        move={move}
        turn={(by) => goTo(now + by)}
        play={() => {
          if (!playing && now >= lastTurn) setTurn(wantsCalm() ? phases - 1 : 0)
          setPlaying(!playing)
        }}
        chooseUnit={setUnit}
        chooseKind={setKind}
      />
      <p class="said" aria-live={playing ? 'off' : 'polite'}>
        {problem !== null
          ? texts.failed(problem)
          : models === null
            ? texts.loading
            : steps > 0 &&
              texts.said(
                chosen,
                nameOfLetter(texts, letter),
                letter,
                row + 1,
                sum.map(({ text }) => text).join(''),
              )}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move within it */}
      <section class="cells" tabIndex={0} aria-label={texts.keys} onKeyDown={onKey}>
        {shownKinds.map((of) => {
          const run = runs.find((one) => one.kind === of)
          return (
            <CellPanel
              key={of}
              kind={of}
              texts={texts}
              language={language}
              equations={equations}
              columns={columns}
              model={run?.model ?? null}
              trace={run?.trace ?? null}
              inputs={run?.inputs ?? []}
              languages={models?.languages ?? []}
              place={{ step, unit: row, letter: letterAt(of, phase) }}
              shown={of === chosen}
              pick={pick}
            />
          )
        })}
      </section>
      <p class="legend">
        <span>
          <i class="ramp-gate" />
          {texts.legend.gate}
        </span>
        <span>
          <i class="ramp-signed" />
          {texts.legend.signed}
        </span>
        <span>{texts.legend.faint}</span>
        <span>
          <i class="mark-reads" />
          {texts.legend.reads}
        </span>
      </p>
      {current && steps > 0 && (
        <ValueTable
          title={texts.table(chosen, row + 1)}
          corner={texts.timestep}
          columns={columns}
          column={step}
          rows={letters[chosen].map((of) => ({
            name: `${of} ${nameOfLetter(texts, of)}`,
            colour: colourOf(of),
            values: columns.map((_, at) => shown(valueAt(current.trace, of, at, row))),
          }))}
        />
      )}
    </div>
  )
}

function wantsCalm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}
