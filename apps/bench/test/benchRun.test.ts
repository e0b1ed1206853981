import { describe, expect, it } from 'vitest'
import { Session, StoppedError } from '../src/browser/session.ts'
import { layers } from '../src/cases/recurrentCases.ts'
import { type Place, runPlan, type Visibility } from '../src/dashboard/benchRun.ts'
import type { Comparison } from '../src/measure/compareRecurrent.ts'
import { quick } from '../src/measure/rounds.ts'

/** A page that can be hidden. */
class FakePage implements Visibility {
  readonly #listeners = new Set<() => void>()
  #hidden = false

  readonly isHidden = (): boolean => this.#hidden
  readonly onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  turn(hidden: boolean): void {
    this.#hidden = hidden
    for (const listener of [...this.#listeners]) listener()
  }

  get listeners(): number {
    return this.#listeners.size
  }
}

const cases = ['a', 'b'].map((name) => layers(name, 'LSTM', 1, 1, 2, 2, 1))

function comparison(index: number): Comparison {
  const benchCase = cases[index]
  if (benchCase === undefined) throw new RangeError(`no case ${index}`)
  return { benchCase, roofGflops: 1, results: [], absent: [], failed: [] }
}

/** A session that measures a case as long as `measure` takes. */
function sessionOf(measure: (name: string, signal: AbortSignal | undefined) => Promise<Comparison>): Session {
  const files = { onnxruntime: { mjs: '', wasm: '' }, tfjs: {} }
  const startWorker = (): never => {
    throw new Error('no worker is needed')
  }
  return Object.assign(new Session({ startWorker, files, threads: 1 }), {
    introduce: async () => ({
      contenders: [{ name: 'wasm', variant: '' }],
      missing: ['webgpu'],
      failed: [],
      roof: '',
      clockMs: 1,
    }),
    compare: ({ name }: { name: string }, _: unknown, __: unknown, watch: { signal?: AbortSignal }) =>
      measure(name, watch.signal).then((found) => [found]),
  })
}

const plan = { cases, contenders: ['wasm', 'webgpu'], effort: quick, memory: false }

function hooks(page: FakePage, controller = new AbortController()) {
  const places: string[] = []
  const found: string[] = []
  return {
    places,
    found,
    controller,
    signal: controller.signal,
    visibility: page,
    onPlace: (place: Place): void => {
      const text = 'index' in place ? `${place.at} ${place.index}` : place.at
      if (places.at(-1) !== text) places.push(text)
    },
    onIntroduction: (): void => {},
    onCase: (comparisons: readonly Comparison[]): void => {
      found.push(...comparisons.map(({ benchCase }) => benchCase.name))
    },
  }
}

/** Ends as the signal says. */
function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) =>
    signal?.addEventListener('abort', () => reject(new StoppedError('stopped'))),
  )
}

describe('runPlan', () => {
  it('runs case after case', async () => {
    const page = new FakePage()
    const seen = hooks(page)
    await runPlan(
      plan,
      sessionOf(async (name) => comparison(name === 'a' ? 0 : 1)),
      seen,
    )
    expect(seen.places).toEqual(['introducing', 'measuring 0', 'measuring 1'])
    expect(seen.found).toEqual(['a', 'b'])
    expect(page.listeners).toBe(0)
  })

  it('pauses while the page is hidden, and measures the case anew', async () => {
    const page = new FakePage()
    const seen = hooks(page)
    let calls = 0
    const run = runPlan(
      plan,
      sessionOf(async (name, signal) => {
        if (name === 'a' || ++calls > 1) return comparison(name === 'a' ? 0 : 1)
        const aborted = untilAborted(signal)
        page.turn(true)
        setTimeout(() => page.turn(false), 10)
        return aborted
      }),
      seen,
    )
    await run
    expect(seen.places).toEqual(['introducing', 'measuring 0', 'measuring 1', 'paused 1', 'measuring 1'])
    expect(seen.found).toEqual(['a', 'b'])
    expect(page.listeners).toBe(0)
  })

  it.each([false, true])('stops at once, hidden: %s', async (hidden) => {
    const page = new FakePage()
    const seen = hooks(page)
    const run = runPlan(
      plan,
      sessionOf(async (_, signal) => {
        setTimeout(() => seen.controller.abort(), 10)
        const aborted = untilAborted(signal)
        if (hidden) page.turn(true)
        return aborted
      }),
      seen,
    )
    await expect(run).rejects.toThrow(StoppedError)
    expect(seen.found).toEqual([])
    expect(page.listeners).toBe(0)
  })

  it('passes on what else goes wrong', async () => {
    const seen = hooks(new FakePage())
    const run = runPlan(
      plan,
      sessionOf(() => Promise.reject(new RangeError('no memory'))),
      seen,
    )
    await expect(run).rejects.toThrow('no memory')
  })
})
