import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { timer, timersInTurn, timerWithout } from '../src/measure/rounds.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

it('the last result of each timed function lives, so that V8 keeps the code it optimised for its class', async () => {
  const wholes: WeakRef<object>[] = []
  const make = (): object => {
    const whole = { part: new Float32Array(1000) }
    wholes.push(new WeakRef(whole))
    return whole
  }
  const [first, second] = timersInTurn(make, make)
  const timers = [
    timer(make, { async: false }),
    timer(make, { async: false, step: 1e-2 }),
    timer(async () => make(), { async: true }),
    timerWithout(make, () => {}),
  ]
  for (const time of [...timers, first]) await time(1)
  await new Promise((resolve) => setTimeout(resolve))
  collectGarbage()
  const living = wholes.filter((each) => each.deref() !== undefined)
  expect(living.length).toBe(timers.length + 2)
  for (const time of [...timers, second]) expect((await time(0)).length).toBeGreaterThan(0)
})
