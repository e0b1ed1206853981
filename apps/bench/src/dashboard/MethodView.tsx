import type { VNode } from 'preact'
import type { Texts } from './texts.ts'

/** How the figures are measured. */
export function MethodView({ words }: { readonly words: Texts }): VNode {
  const { method, runInNode } = words
  return (
    <div class="prose">
      <ol>
        {method.paragraphs.map((paragraph) => (
          <li key={paragraph}>
            {paragraph
              .split('`')
              .map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}
          </li>
        ))}
      </ol>
      <h2>{method.who}</h2>
      <dl>
        {Object.entries(runInNode.descriptions).map(([name, description]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{description}</dd>
          </div>
        ))}
      </dl>
      <p>{method.whoNote}</p>
      <h2>{method.commands}</h2>
      <pre>
        {[
          'pnpm bench',
          'pnpm bench --quick --case lstm-medium,lstm-batch32',
          'pnpm bench --browser chromium --memory',
          'pnpm bench --training --quick',
          'pnpm bench --show apps/bench/results/2026-11-26-amd-epyc.json',
        ].join('\n')}
      </pre>
    </div>
  )
}
