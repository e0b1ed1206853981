import { useEffect, useState } from 'preact/hooks'
import { languageModelUrl } from '../languageModelUrl.ts'
import cellsUrl from './cells.pt?url'
import type { ModelSet } from './models.ts'

/** What the cells read, and so which weights they have. */
export type Source = 'words' | 'signal' | 'quickstart'

const loading = new Map<Source, Promise<ModelSet>>()

function loadModels(source: Source): Promise<ModelSet> {
  const known = loading.get(source)
  if (known) return known
  const models = (async () => {
    const { loadQuickstart, loadSmallModels } = await import('./loadModels.ts')
    return source === 'quickstart'
      ? loadQuickstart(new URL(languageModelUrl, location.href))
      : loadSmallModels(new URL(cellsUrl, location.href), source)
  })()
  loading.set(source, models)
  // A failure may be the network's: the next one who asks tries again.
  models.catch(() => loading.delete(source))
  return models
}

/** Models of a source; null while they are loaded, a reason where they cannot be. */
export function useModels(source: Source): {
  readonly models: ModelSet | null
  readonly problem: string | null
} {
  const [state, setState] = useState<{ source: Source; models: ModelSet | null; problem: string | null }>({
    source,
    models: null,
    problem: null,
  })
  useEffect(() => {
    let gone = false
    loadModels(source).then(
      (models) => gone || setState({ source, models, problem: null }),
      (error: unknown) => gone || setState({ source, models: null, problem: String(error) }),
    )
    return () => {
      gone = true
    }
  }, [source])
  return state.source === source ? state : { models: null, problem: null }
}
