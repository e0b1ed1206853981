import { describe, expect, it, vi } from 'vitest'
import {
  type Effort,
  type Timer,
  timeRounds,
  timer,
  timersInTurn,
  timerWithout,
} from '../src/measure/rounds.ts'
import { makeRoof, roofMultiplyAdds } from '../src/roofline/multiplyAddRoof.ts'

const effort: Effort = { name: 'quick', warmUpMs: 5, measureMs: 100, minRounds: 2, maxRounds: 10 }

/** A timer whose calls always take `ms`. It notes in `asked` how long it was to run. */
function steady(ms: number, asked: number[]): Timer {
  return async (forMs) => {
    asked.push(forMs)
    return [ms]
  }
}

describe('timer', () => {
  it('calls at least once and times each call', async () => {
    let calls = 0
    const samples = await timer(() => calls++, { async: false })(0)
    expect(calls).toBe(samples.length)
    expect(samples.length).toBeGreaterThan(0)
  })

  it('of a coarse clock takes the mean of as many calls as it can see', async () => {
    let calls = 0
    const samples = await timer(() => calls++, { async: false, step: 0.01 })(5)
    // A sample lasts a millisecond, and is shared among its calls.
    expect(calls).toBeGreaterThan(10 * samples.length)
    for (const ms of samples) expect(ms).toBeLessThan(0.1)
    const slow = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))
    expect(Math.min(...(await timer(slow, { async: true, step: 0.01 })(0)))).toBeGreaterThan(15)
  })

  it('awaits promises', async () => {
    const run = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))
    const [ms] = await timer(run, { async: true })(0)
    expect(ms).toBeGreaterThan(15)
  })

  it('passes on what the function throws', async () => {
    const fail = (): never => {
      throw new RangeError('no')
    }
    await expect(timer(fail, { async: false })(1)).rejects.toThrow('no')
  })
})

function wait(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe('timersInTurn', () => {
  it.each([0, 0.01])(
    'calls one as often as the other, and before it, on a clock of steps of %f ms',
    async (step) => {
      const called: string[] = []
      const [first, second] = timersInTurn(
        () => {
          called.push('first')
          wait(1)
        },
        () => {
          called.push('second')
          wait(3)
        },
        step,
      )
      for (let round = 0; round < 2; round++) {
        const samples = [await first(5), await second(5)]
        const fours = called.splice(0)
        expect(fours).toEqual(
          fours.map((_, index) => (index % 4 === 0 || index % 4 === 3 ? 'first' : 'second')),
        )
        for (const each of samples) expect(each.length).toBe(step === 0 ? fours.length / 2 : 1)
        const [quickest, slowest] = samples.map((each) => Math.min(...each))
        expect(quickest).toBeGreaterThan(0.99)
        expect(slowest).toBeGreaterThan(2.99)
      }
    },
  )
})

describe('timerWithout', () => {
  it.each([0, 0.01])('does not time what follows each call, on a clock of steps of %f ms', async (step) => {
    const followed: number[] = []
    let calls = 0
    const time = timerWithout(
      () => {
        wait(1)
        return calls++
      },
      (call) => {
        wait(20)
        followed.push(call)
      },
      step,
    )
    const samples = await time(3)
    expect(followed).toEqual(followed.map((_, index) => index))
    expect(followed.length).toBe(calls)
    expect(samples.length).toBe(step === 0 ? calls : 1)
    expect(Math.min(...samples)).toBeLessThan(20)
    expect(Math.min(...samples)).toBeGreaterThan(0.99)
  })
})

describe('timeRounds', () => {
  it('lets all take turns, round after round, after a warm-up', async () => {
    const order: string[] = []
    const noting =
      (name: string): Timer =>
      async () => {
        order.push(name)
        return [50]
      }
    const samples = await timeRounds(
      [
        ['a', noting('a')],
        ['b', noting('b')],
      ],
      effort,
    )
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
    expect(samples).toEqual([
      [[50], [50]],
      [[50], [50]],
    ])
  })

  it('has fewer rounds, but never too few, where the slowest takes long, and shares the time among them', async () => {
    const roundsOf = async (slowest: number): Promise<number[]> => {
      const asked: number[] = []
      await timeRounds(
        [
          ['one', steady(1, asked)],
          ['other', steady(slowest, [])],
        ],
        effort,
      )
      return asked
    }
    expect(await roundsOf(1)).toEqual([5, ...Array<number>(10).fill(10)])
    expect(await roundsOf(25)).toEqual([5, ...Array<number>(4).fill(25)])
    expect(await roundsOf(1000)).toEqual([5, 50, 50])
  })

  it('collects garbage between contenders, not between the passes of one', async () => {
    const order: string[] = []
    vi.stubGlobal('gc', () => order.push('collects'))
    const noting =
      (name: string): Timer =>
      async () => {
        order.push(name)
        return [50]
      }
    const timers = [
      ['wasm', noting('forward')],
      ['wasm', noting('step')],
      ['peer', noting('step of the peer')],
    ] as const
    await timeRounds(timers, effort)
    vi.unstubAllGlobals()
    const round = ['collects', 'forward', 'step', 'collects', 'step of the peer']
    expect(order).toEqual(['forward', 'step', 'step of the peer', ...round, ...round])
  })

  it('tells where it is', async () => {
    const seen: string[] = []
    const timers = [['one', steady(50, [])] as const, ['other', steady(1, [])] as const]
    await timeRounds(timers, effort, ({ timer, round, rounds }) => seen.push(`${timer}: ${round}/${rounds}`))
    expect(seen).toEqual(['0: -1/0', '1: -1/0', '0: 0/2', '1: 0/2', '0: 1/2', '1: 1/2'])
  })
})

it('the roof is a loop that runs and that V8 cannot drop', async () => {
  const { instructions, time } = makeRoof()
  expect(instructions).toMatch(/^f32x4\./)
  const fastest = Math.min(...(await time(20)))
  // No processor does a thousand operations in a nanosecond on one core; a loop that was dropped would seem to.
  expect((2e-6 * roofMultiplyAdds) / fastest).toBeLessThan(1000)
  expect(fastest).toBeGreaterThan(0)
})
