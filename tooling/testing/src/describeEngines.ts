import { describe } from 'vitest'

/** An engine with the title of its suite; null where this runtime cannot run it. */
export interface TitledEngine<Engine> {
  readonly title: string
  readonly engine: Engine | null
}

/** One suite per engine. The suite of an engine that this runtime cannot run is skipped, and its title says so. */
export function describeEngines<Engine>(
  engines: readonly TitledEngine<Engine>[],
  suite: (engine: Engine) => void,
): void {
  // Vitest collects the tests of a skipped suite, too. They see an engine that runs.
  const standIn = engines.find(({ engine }) => engine !== null)?.engine ?? null
  for (const { title, engine } of engines) {
    const shown = engine ?? standIn
    if (shown === null) throw new Error('describeEngines: expected an engine that this runtime can run')
    describe.skipIf(engine === null)(engine ? title : `${title}: not in this runtime`, () => suite(shown))
  }
}
