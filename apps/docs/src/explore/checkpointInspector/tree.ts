import type { Entry } from './readFile.ts'

/** Names by their parts: `encoder.lstm.weight` stands in `encoder.lstm`. */
export interface Branch {
  /** What stands before the names below: `encoder.lstm.`, of the root nothing. */
  readonly path: string
  /** The part of it that the branch above does not have. */
  readonly label: string
  readonly branches: readonly Branch[]
  readonly entries: readonly Entry[]
  /** Tensors and bytes, of all branches below too. */
  readonly count: number
  readonly byteLength: number
}

interface Growing {
  readonly branches: Map<string, Growing>
  readonly entries: Entry[]
}

/** Deeper names stay together: a hostile name may have a million dots. */
const deepest = 12

export function treeOf(entries: readonly Entry[]): Branch {
  const root: Growing = { branches: new Map(), entries: [] }
  for (const entry of entries) {
    let at = root
    for (const part of entry.name
      .split('.', deepest + 1)
      .slice(0, -1)
      .slice(0, deepest)) {
      const next = at.branches.get(part) ?? { branches: new Map(), entries: [] }
      at.branches.set(part, next)
      at = next
    }
    at.entries.push(entry)
  }
  return branchOf(root, '', '')
}

function branchOf(growing: Growing, path: string, label: string): Branch {
  const branches = Array.from(growing.branches, ([part, below]) => {
    // A branch with nothing but one branch in it is one step: `encoder.lstm`.
    let [name, at] = [part, below]
    for (;;) {
      const [only, ...more] = at.branches
      if (only === undefined || more.length > 0 || at.entries.length > 0) break
      name += `.${only[0]}`
      at = only[1]
    }
    return branchOf(at, `${path}${name}.`, name)
  })
  const sum = (all: readonly { readonly byteLength: number }[]): number =>
    all.reduce((total, { byteLength }) => total + byteLength, 0)
  return {
    path,
    label,
    branches,
    entries: growing.entries,
    count: growing.entries.length + branches.reduce((total, { count }) => total + count, 0),
    byteLength: sum(growing.entries) + sum(branches),
  }
}
