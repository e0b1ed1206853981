import type { RecurrentModule } from '@unroll/weights'
import { CopyButton } from '../../live/CopyButton.tsx'
import { codeFor } from './codeFor.ts'
import type { Summary } from './readFile.ts'
import type { Texts } from './texts.ts'

interface ModuleListProps {
  readonly summary: Summary
  readonly texts: Texts
}

/** Recurrent layers of the state dict, each with code that loads and runs it. */
export function ModuleList({ summary: { modules, file, prefix }, texts }: ModuleListProps) {
  return (
    <div class="panel-part">
      <h3>{texts.modules}</h3>
      {modules.length === 0 && <p>{texts.noModules}</p>}
      {modules.map((module, index) => (
        <section key={`${module.prefix} ${module.kind}`} class="module">
          <p>
            <strong>{module.kind}</strong> <code>{module.prefix}</code>{' '}
            {factsOf(module, texts).join(texts.comma)}
          </p>
          <details open={index === 0}>
            <summary>{texts.code}</summary>
            <Code code={codeFor(module, file, prefix)} texts={texts} />
            <p class="hint">
              {[
                module.kind.endsWith('Cell') ? '' : texts.codeHint,
                module.kind.startsWith('RNN') ? texts.reluHint : '',
              ].join(texts.space)}
            </p>
          </details>
        </section>
      ))}
    </div>
  )
}

function factsOf(module: RecurrentModule, texts: Texts): string[] {
  const facts = [texts.module(module.inputSize, module.hiddenSize)]
  if (!module.kind.endsWith('Cell')) facts.push(texts.layers(module.numLayers))
  if (module.bidirectional) facts.push(texts.bidirectional)
  if (!module.bias) facts.push(texts.noBias)
  if (module.projSize > 0) facts.push(texts.projection(module.projSize))
  return [...facts, module.dtype]
}

function Code({ code, texts }: { readonly code: string; readonly texts: Texts }) {
  return (
    <div class="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <pre tabIndex={0}>{code}</pre>
      <CopyButton text={code} label={texts.copy} copied={texts.copied} />
    </div>
  )
}
