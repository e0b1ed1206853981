import { useMemo, useState } from 'preact/hooks'
import { shapeText, sizeText } from './numbers.ts'
import type { Entry } from './readFile.ts'
import type { Texts } from './texts.ts'
import { type Branch, treeOf } from './tree.ts'

interface TreeViewProps {
  readonly entries: readonly Entry[]
  readonly label: string
  readonly texts: Texts
  readonly selected?: string | null
  /** Absent where tensors cannot be read. */
  choose?(name: string): void
}

/** Items of a branch that are shown at once: a page of a hundred thousand buttons would not scroll. */
const atOnce = 200
/** Trees of few tensors stand open. */
const few = 60

/** Names by their parts, folded where they are many. */
export function TreeView(props: TreeViewProps) {
  const { entries, label } = props
  const root = useMemo(() => treeOf(entries), [entries])
  if (entries.length === 0) return null
  return (
    <section class="tree" aria-label={label}>
      <Below {...props} branch={root} open={entries.length <= few} />
    </section>
  )
}

interface BranchProps extends TreeViewProps {
  readonly branch: Branch
  readonly open: boolean
}

function Below(props: BranchProps) {
  const { branch, texts, selected, choose } = props
  const [shown, setShown] = useState(atOnce)
  const branches = branch.branches.slice(0, shown)
  const entries = branch.entries.slice(0, Math.max(0, shown - branch.branches.length))
  const more = branch.branches.length + branch.entries.length - branches.length - entries.length
  return (
    <ul>
      {branches.map((below) => (
        <li key={below.path}>
          <Folded {...props} branch={below} />
        </li>
      ))}
      {entries.map((entry) => (
        <li key={entry.name}>
          {choose ? (
            <button
              type="button"
              class="leaf"
              aria-pressed={entry.name === selected}
              onClick={() => choose(entry.name)}
            >
              <Leaf entry={entry} path={branch.path} />
            </button>
          ) : (
            <span class="leaf">
              <Leaf entry={entry} path={branch.path} />
            </span>
          )}
        </li>
      ))}
      {more > 0 && (
        <li>
          <button type="button" onClick={() => setShown(shown + atOnce)}>
            {texts.more(Math.min(more, atOnce))}
          </button>
        </li>
      )}
    </ul>
  )
}

function Folded(props: BranchProps) {
  const { branch, texts } = props
  const [open, setOpen] = useState(props.open)
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <code>{branch.label}</code> <small>{texts.branch(branch.count, sizeText(branch.byteLength))}</small>
      </summary>
      {open && <Below {...props} />}
    </details>
  )
}

function Leaf({ entry, path }: { readonly entry: Entry; readonly path: string }) {
  return (
    <>
      <code>{entry.name.slice(path.length) || entry.name}</code>{' '}
      <small>
        {shapeText(entry.shape)} {entry.dtype}, {sizeText(entry.byteLength)}
      </small>
    </>
  )
}
