import { useState } from 'preact/hooks'
import { mostClasses } from '../gestureNames.ts'
import type { Texts } from '../texts.ts'

interface AddDrawingProps {
  readonly texts: Texts
  readonly names: readonly string[]
  /** Whether there is a drawing to add. */
  readonly isReady: boolean
  /** Drawings of the reader's that there are. */
  readonly count: number
  add(label: number, newName?: string): void
  takeBack(): void
}

/** Adds the drawing in the field to a class, or to a new one. */
export function AddDrawing({ texts, names, isReady, count, add, takeBack }: AddDrawingProps) {
  const [label, setLabel] = useState(0)
  const [newName, setNewName] = useState('')
  // Classes may have gone since one was chosen.
  const chosen = Math.min(label, names.length)
  const isNew = chosen === names.length
  const name = newName.trim()
  const isTaken = names.includes(name)
  return (
    <form
      class="learn-add"
      onSubmit={(event) => {
        event.preventDefault()
        add(chosen, isNew ? name : undefined)
        setNewName('')
      }}
    >
      <label>
        {texts.addTo}{' '}
        <select value={String(chosen)} onChange={({ currentTarget: { value } }) => setLabel(Number(value))}>
          {names.map((of, at) => (
            <option key={at} value={String(at)}>
              {of}
            </option>
          ))}
          {names.length < mostClasses && <option value={String(names.length)}>{texts.newClass}</option>}
        </select>
      </label>
      {isNew && (
        <label>
          {texts.newName}{' '}
          <input
            value={newName}
            maxLength={16}
            size={10}
            autocomplete="off"
            onInput={({ currentTarget: { value } }) => setNewName(value)}
          />
        </label>
      )}
      <button type="submit" disabled={!isReady || (isNew && (name === '' || isTaken))}>
        {texts.add}
      </button>
      {count > 0 && (
        <button type="button" onClick={takeBack}>
          {texts.takeBack}
        </button>
      )}
    </form>
  )
}
