import { gestureNames } from '../gestureNames.ts'
import type { Stroke } from '../stroke.ts'
import type { Texts } from '../texts.ts'
import type { Drawing } from '../training/samples.ts'
import { Line } from './Line.tsx'

interface ClassesProps {
  readonly texts: Texts
  readonly names: readonly string[]
  /** Held-out drawings of each gesture of the page's. */
  readonly examples: readonly (readonly Stroke[])[]
  readonly drawings: readonly Drawing[]
  /** The class that the model names; -1 for none. */
  readonly best: number
  /** Puts a drawing into the field. */
  show(stroke: Stroke): void
}

/** Drawings of a class that are shown. */
const mostShown = 4

/** What the model learns: each class with drawings of it, which can be tried. */
export function Classes({ texts, names, examples, drawings, best, show }: ClassesProps) {
  return (
    <ul class="panel-part learn-classes">
      {names.map((name, label) => {
        const own = drawings.filter((drawing) => drawing.label === label).map(({ stroke }) => stroke)
        const shown = [...own.slice(-mostShown), ...(examples[label] ?? [])].slice(0, mostShown)
        return (
          <li key={label} data-best={label === best}>
            <p>
              <b>{name}</b>
              <span class="hint">{texts.drawings(own.length, label >= gestureNames.length)}</span>
            </p>
            <div class="learn-examples">
              {shown.map((stroke, at) => (
                <button
                  key={at}
                  type="button"
                  aria-label={texts.tryExample(name, at + 1)}
                  onClick={() => show(stroke)}
                >
                  <Line stroke={stroke} />
                </button>
              ))}
            </div>
          </li>
        )
      })}
    </ul>
  )
}
