import { DataLoader, type Dataset, paced } from '@unroll/data'
import { afterEach, describe, expect, it, vi } from 'vitest'

const inPage = typeof document === 'object'
const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

function* endless(): Generator<number> {
  for (let i = 0; ; i++) yield i
}

function work(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

afterEach(() => {
  vi.restoreAllMocks()
})

/** Fixes the clock: every step of a loop takes as long as it is told. */
function fixedClock(): { pass(milliseconds: number): void } {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  return { pass: (milliseconds) => (now += milliseconds) }
}

/** Tells at each step of a loop whether tasks ran since the step before. */
function turnWatch(): { isNewTurn(): boolean } {
  let ran = false
  const { setImmediate } = globalThis as { setImmediate?: (act: () => void) => unknown }
  return {
    isNewTurn: () => {
      const isNew = ran
      ran = false
      const note = (): void => {
        ran = true
      }
      if (setImmediate) setImmediate(note)
      else postTask(note)
      return isNew
    },
  }
}

function postTask(act: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    act()
  }
  port2.postMessage(null)
}

describe('paced', () => {
  it('gives all items in order: of arrays, of iterables, of asynchronous ones', async () => {
    async function* later(): AsyncGenerator<number> {
      for (const i of count(5)) yield i
    }
    for (const iterable of [count(5), new Set(count(5)), later(), count(5).map((i) => Promise.resolve(i))]) {
      const items: unknown[] = []
      for await (const item of paced<unknown>(iterable)) items.push(item)
      expect(items).toEqual(count(5))
    }
  })

  it('lets others run whenever its budget is used up, and not before', async () => {
    const clock = fixedClock()
    const watch = turnWatch()
    const turns: boolean[] = []
    for await (const _ of paced(count(9), { budget: 10 })) {
      turns.push(watch.isNewTurn())
      clock.pass(4)
    }
    // Three steps of 4 ms use up 10 ms.
    expect(turns).toEqual([false, false, false, true, false, false, true, false, false])
  })

  it.each([
    [10, 30],
    [0, 0],
  ])('lets them run after every step, with a budget of %i ms for steps of %i ms', async (budget, length) => {
    const clock = fixedClock()
    const watch = turnWatch()
    const turns: boolean[] = []
    for await (const _ of paced(count(4), { budget })) {
      turns.push(watch.isNewTurn())
      clock.pass(length)
    }
    expect(turns).toEqual([false, true, true, true])
  })

  it('lets timers run while it works', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    for await (const _ of paced(count(60))) work(5)
    clearInterval(timer)
    // A step or two use up the budget, and a tick comes after each turn.
    expect(ticks).toBeGreaterThan(10)
  })

  it.skipIf(!inPage)(
    'lets a page draw frames and handle a click (skipped in Node, which has no page)',
    async () => {
      const { userEvent } = await import('vitest/browser')
      const stop = new AbortController()
      const button = document.createElement('button')
      button.textContent = 'Stop'
      button.onclick = () => stop.abort()
      document.body.append(button)
      let frames = 0
      const frame = (): void => {
        frames++
        if (!stop.signal.aborted) requestAnimationFrame(frame)
      }
      requestAnimationFrame(frame)
      const long: number[] = []
      const observer = new PerformanceObserver((list) =>
        long.push(...list.getEntries().map(({ duration }) => duration)),
      )
      observer.observe({ type: 'longtask' })
      const click = async (): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 300))
        await userEvent.click(button)
      }
      const clicked = click()
      const train = async (): Promise<void> => {
        for await (const _ of paced(endless(), { signal: stop.signal })) work(5)
      }
      await expect(train()).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
      await clicked
      observer.disconnect()
      button.remove()
      expect(frames).toBeGreaterThan(5)
      // A busy machine may take the processor away in one task or another, but not in most.
      expect(long.length).toBeLessThan(frames / 4)
    },
  )

  it('stops when it is told so: throws the reason, and takes no further item', async () => {
    const stop = new AbortController()
    const loader = new DataLoader(count(10), { batchSize: 2, collate: (items) => items })
    const seen: number[][] = []
    const train = async (): Promise<void> => {
      for await (const batch of paced(loader, { signal: stop.signal })) {
        seen.push(batch)
        if (seen.length === 2) stop.abort()
      }
    }
    const error = await train().catch((reason: unknown) => reason)
    expect(error).toBe(stop.signal.reason)
    expect(error).toHaveProperty('name', 'AbortError')
    expect(seen).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect(loader.stateDict().get('position')).toBe(2)
  })

  it('gives the batch that it waits for when it is told to stop, so that none is lost', async () => {
    const stop = new AbortController()
    const dataset: Dataset<number> = {
      length: 4,
      get: async (i) => {
        if (i === 1) stop.abort(new Error('enough'))
        await Promise.resolve()
        return i
      },
    }
    const loader = new DataLoader(dataset, { collate: (items) => items })
    const seen: number[][] = []
    const train = async (): Promise<void> => {
      for await (const batch of paced(loader, { signal: stop.signal })) seen.push(batch)
    }
    await expect(train()).rejects.toThrow('enough')
    expect(seen).toEqual([[0], [1]])
    expect(loader.stateDict().get('position')).toBe(2)
  })

  it('does not begin if it is told to stop before', async () => {
    const loop = paced(count(3), { signal: AbortSignal.abort('no') })
    await expect(loop.next()).rejects.toBe('no')
  })

  it('ends what it loops over when it is broken off', async () => {
    let ended = false
    function* items(): Generator<number> {
      try {
        yield* count(5)
      } finally {
        ended = true
      }
    }
    for await (const _ of paced(items())) break
    expect(ended).toBe(true)
  })

  it('costs less than a hundredth of its budget a step', async () => {
    const items = count(20_000)
    const start = performance.now()
    for await (const _ of paced(items));
    expect((performance.now() - start) / items.length).toBeLessThan(0.1)
  })
})

describe('wrong calls are refused', () => {
  const calls: readonly [call: string, act: () => unknown, kind: new () => Error, message: string][] = [
    [
      'nothing',
      () => paced(undefined as never),
      TypeError,
      'paced: expected something to iterate over, got undefined',
    ],
    ['a number', () => paced(5 as never), TypeError, 'got number 5'],
    [
      'a bare signal',
      () => paced([], new AbortController().signal as never),
      TypeError,
      'expected options to be a plain object, got AbortSignal',
    ],
    [
      'a controller',
      () => paced([], { signal: new AbortController() as never }),
      TypeError,
      'signal to be an AbortSignal, got AbortController',
    ],
    [
      'a text',
      () => paced([], { budget: '10' as never }),
      TypeError,
      'budget to be a number, got string "10"',
    ],
    ['less than nothing', () => paced([], { budget: -1 }), RangeError, 'budget to be 0 or more, got -1'],
  ]

  it.each(calls)('%s', (_, act, kind, message) => {
    expect(act).toThrow(kind)
    expect(act).toThrow(message)
  })
})
