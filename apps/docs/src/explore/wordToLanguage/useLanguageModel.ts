import { useEffect, useState } from 'preact/hooks'
import { languageModelUrl } from '../languageModelUrl.ts'
import type { LanguageModel } from './languageModel.ts'

interface Loaded {
  /** Null while it is loaded, or where it cannot be. */
  readonly model: LanguageModel | null
  readonly problem: string | null
}

/** The model, and the packages that run it, loaded when the page's live part is seen. */
export function useLanguageModel(): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ model: null, problem: null })
  useEffect(() => {
    let gone = false
    const start = async (): Promise<void> => {
      try {
        const { LanguageModel } = await import('./languageModel.ts')
        const model = await LanguageModel.load(new URL(languageModelUrl, location.href))
        if (!gone) setLoaded({ model, problem: null })
      } catch (error) {
        if (!gone) setLoaded({ model: null, problem: String(error) })
      }
    }
    void start()
    return () => {
      gone = true
    }
  }, [])
  return loaded
}
