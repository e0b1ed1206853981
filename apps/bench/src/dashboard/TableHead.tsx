import type { VNode } from 'preact'

/** The titles of a table's columns. */
export function TableHead({ titles }: { readonly titles: readonly string[] }): VNode {
  return (
    <thead>
      <tr>
        {titles.map((title) => (
          <th key={title} scope="col">
            {title}
          </th>
        ))}
      </tr>
    </thead>
  )
}
