import type { ComponentChildren } from 'preact'
import { Detail } from './Detail.tsx'
import { FileChooser } from './FileChooser.tsx'
import { gatesOf } from './gatesOf.ts'
import { ModuleList } from './ModuleList.tsx'
import type { Failure } from './messages.ts'
import { countText, sizeText } from './numbers.ts'
import type { Summary } from './readFile.ts'
import { TensorView } from './TensorView.tsx'
import { TreeView } from './TreeView.tsx'
import { type Texts, textsOf } from './texts.ts'
import { useDrop } from './useDrop.ts'
import { useInspector } from './useInspector.ts'
import { Warnings } from './Warnings.tsx'

interface CheckpointInspectorProps {
  readonly language: string
}

/** Shows what a checkpoint holds. The file is read where it is, by a worker of the page. */
export function CheckpointInspector({ language }: CheckpointInspectorProps) {
  const texts = textsOf(language)
  const inspector = useInspector()
  const { reading, summary, failure, chosen } = inspector
  const { over, handlers } = useDrop(inspector.open)
  return (
    <div class="panel inspector" data-over={over} {...handlers}>
      <FileChooser texts={texts} chosen={inspector.open} example={inspector.example} />
      <div role="status">
        {reading && <p class="panel-part">{texts.reading}</p>}
        {failure && <FailureText failure={failure} texts={texts} />}
      </div>
      {summary && (
        <>
          <Heading summary={summary} texts={texts} choosePrefix={inspector.choosePrefix} />
          <Warnings summary={summary} texts={texts} />
          {summary.weights.length + summary.others.length > 0 && (
            <div class="inspector-split">
              <div class="inspector-trees">
                <TreeView
                  entries={summary.weights}
                  label={texts.weights}
                  texts={texts}
                  selected={chosen?.name ?? null}
                  choose={(name) => inspector.choose(name, gatesOf(name, summary.modules).length || 1)}
                />
                {summary.others.length > 0 && (
                  <details>
                    <summary>
                      {texts.others} ({countText(summary.others.length)})
                    </summary>
                    <p class="hint">{texts.othersHint}</p>
                    <TreeView entries={summary.others} label={texts.others} texts={texts} />
                  </details>
                )}
              </div>
              <TensorView summary={summary} chosen={chosen} texts={texts} />
            </div>
          )}
          {summary.weights.length > 0 && <ModuleList summary={summary} texts={texts} />}
          <Pairs title={texts.values} pairs={summary.values} />
          <Pairs title={texts.metadata} pairs={summary.metadata} />
        </>
      )}
    </div>
  )
}

function FailureText({ failure, texts }: { readonly failure: Failure; readonly texts: Texts }) {
  return (
    <div class="panel-part problem">
      <p>
        <strong>{texts.failures[failure.kind]}</strong>
        {texts.space}
        {texts.next}
      </p>
      <Detail message={failure.message} texts={texts} />
    </div>
  )
}

interface HeadingProps {
  readonly summary: Summary
  readonly texts: Texts
  choosePrefix(prefix: string): void
}

function Heading({ summary, texts, choosePrefix }: HeadingProps): ComponentChildren {
  const { file, byteLength, format, weights, prefixes, prefix, others } = summary
  const numbers = weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
  const bytes = weights.reduce((sum, entry) => sum + entry.byteLength, 0)
  return (
    <div class="panel-part">
      <p>
        <strong class="file-name">{texts.file(file, sizeText(byteLength), format)}</strong>
      </p>
      {weights.length > 0 && <p>{texts.total(weights.length, countText(numbers), sizeText(bytes))}</p>}
      {weights.length + others.length === 0 && <p>{texts.noTensors}</p>}
      {prefixes.length > 1 && (
        <p>
          <label>
            {texts.prefix}{' '}
            <select value={prefix} onChange={({ currentTarget }) => choosePrefix(currentTarget.value)}>
              {prefixes.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>{' '}
          <span class="hint">{texts.several}</span>
        </p>
      )}
    </div>
  )
}

interface PairsProps {
  readonly title: string
  readonly pairs: readonly (readonly [name: string, text: string])[]
}

/** Names and short texts, behind a title. */
function Pairs({ title, pairs }: PairsProps) {
  if (pairs.length === 0) return null
  return (
    <details class="panel-part">
      <summary>
        {title} ({pairs.length})
      </summary>
      <dl class="pairs">
        {pairs.map(([name, text]) => (
          <div key={name}>
            <dt>{name || '.'}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
