import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { MethodView } from './MethodView.tsx'
import { explain } from './openFile.ts'
import { ResultsView } from './ResultsView.tsx'
import { RunView } from './RunView.tsx'
import { remember } from './remember.ts'
import { loadRecorded, type Run } from './runs.ts'
import { fromLink } from './share.ts'
import { type Language, preferredLanguage, texts } from './texts.ts'
import { useTheme } from './theme.ts'

const views = ['results', 'run', 'method'] as const
type View = (typeof views)[number]

/** The page. The part of the address behind `#` names the view, as in `#results`; `#shared=...` holds a result. */
export function App(): VNode {
  const [language, setLanguage] = useState<Language>(preferredLanguage)
  const [view, setView] = useState<View>(viewOfAddress)
  const [runs, setRuns] = useState<readonly Run[] | null>(null)
  const [shown, setShown] = useState<string | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const { flip } = useTheme()
  const words = texts[language]

  useEffect(() => {
    document.documentElement.lang = language
    document.title = words.title
  }, [language, words])

  useEffect(() => {
    loadRecorded().then(
      (recorded) => setRuns((before) => [...(before ?? []), ...recorded]),
      (error: Error) => setFault(words.notLoaded(error.message)),
    )
    const follow = (): void => {
      setView(viewOfAddress())
      const shared = /^#shared=(.*)$/.exec(location.hash)?.[1]
      if (shared === undefined) return
      fromLink(shared).then(
        (result) => add({ id: `link-${result.environment.date}`, source: 'link', result }),
        (error: unknown) => setFault(explain(error, words.errors.theLink, words)),
      )
    }
    const turn = (): void => {
      follow()
      scrollTo(0, 0)
    }
    follow()
    addEventListener('hashchange', turn)
    return () => removeEventListener('hashchange', turn)
  }, [])

  /** Shows a run that is not recorded. It replaces a run of the same name. */
  function add(run: Run): void {
    setRuns((before) => [run, ...(before ?? []).filter(({ id }) => id !== run.id)])
    setShown(run.id)
    setFault(null)
  }

  function choose(next: Language): void {
    remember('unroll-language', next)
    setLanguage(next)
  }

  return (
    <>
      <a class="skip" href="#content">
        {words.skip}
      </a>
      <header>
        <a class="home" href={`../${language === 'en' ? '' : 'zh-cn/'}`}>
          <Mark />
          Unroll
        </a>
        <nav aria-label={words.title}>
          {views.map((name) => (
            <a key={name} href={`#${name}`} aria-current={view === name ? 'page' : undefined}>
              {words.views[name]}
            </a>
          ))}
        </nav>
        <div class="choices">
          <button
            type="button"
            lang={language === 'en' ? 'zh-CN' : 'en'}
            onClick={() => choose(language === 'en' ? 'zh-CN' : 'en')}
          >
            {words.otherLanguage}
          </button>
          <button type="button" aria-label={words.theme} title={words.theme} onClick={flip}>
            ◐
          </button>
        </div>
      </header>
      <main id="content" tabindex={-1}>
        <h1>{words.views[view]}</h1>
        {fault !== null && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
        {view === 'method' && <MethodView words={words} />}
        {/* A run goes on while somebody looks at results. */}
        <div hidden={view !== 'run'}>
          <RunView
            words={words}
            onResult={(run) => {
              add(run)
              location.hash = 'results'
            }}
          />
        </div>
        {view === 'results' &&
          (runs === null ? (
            fault === null && <p>{words.loading}</p>
          ) : (
            <ResultsView
              words={words}
              runs={runs}
              shown={shown}
              onShow={setShown}
              onOpen={(run) => add(run)}
              onFault={setFault}
            />
          ))}
      </main>
    </>
  )
}

function viewOfAddress(): View {
  return views.find((name) => location.hash === `#${name}`) ?? 'results'
}

function Mark(): VNode {
  return (
    <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
      <rect x="3" y="16" width="6" height="13" />
      <rect x="13" y="9" width="6" height="20" />
      <rect x="23" y="3" width="6" height="26" />
    </svg>
  )
}
