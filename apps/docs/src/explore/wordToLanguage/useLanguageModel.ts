import { useRef, useState } from 'preact/hooks'
import { languageModelUrl } from '../languageModelUrl.ts'
import type { LanguageModel } from './languageModel.ts'

interface Loaded {
  /** Null until it is loaded, or where it cannot be. */
  readonly model: LanguageModel | null
  readonly problem: string | null
}

/** The model, and the packages that run it, loaded when `start` is called; again, after it failed. */
export function useLanguageModel(): Loaded & { start(): void } {
  const [loaded, setLoaded] = useState<Loaded>({ model: null, problem: null })
  const started = useRef(false)
  const start = async (): Promise<void> => {
    if (started.current) return
    started.current = true
    try {
      const { LanguageModel } = await import('./languageModel.ts')
      const model = await LanguageModel.load(new URL(languageModelUrl, location.href))
      setLoaded({ model, problem: null })
    } catch (error) {
      started.current = false
      setLoaded({ model: null, problem: String(error) })
    }
  }
  return { ...loaded, start: () => void start() }
}
