import fixtures from '@unroll/oracle/fixtures/optim_schedules.json'
import { tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import * as optim from '../src/index.ts'
import { inCamelCase, makeOptimizer } from './cases.ts'

/** A schedule, under PyTorch's names. */
interface ScheduleCase {
  readonly kind: string
  readonly args?: readonly unknown[]
  readonly options?: object
  readonly milestones?: readonly number[]
  readonly schedules?: readonly ScheduleCase[]
}

/** A schedule of any kind. */
type Schedule = optim.EpochScheduler | optim.SequentialLR | optim.ReduceLROnPlateau

interface Case {
  readonly name: string
  readonly optimizer: string
  readonly steps: number
  readonly schedules: readonly ScheduleCase[]
  readonly rows: readonly unknown[]
  readonly states: readonly unknown[]
}

const cases: readonly Case[] = fixtures.cases

const lambdas: Readonly<Record<string, (epoch: number) => number>> = {
  inverse: (epoch) => 1 / (1 + epoch),
  power: (epoch) => 0.95 ** epoch,
}

/** PyTorch's names that are no other spelling of ours. */
const renamed: Readonly<Record<string, string>> = { TMult: 'tMult' }

function scheduleOf(optimizer: optim.Optimizer, one: ScheduleCase): Schedule {
  const { kind, args = [], options = {} } = one
  const type: unknown = Reflect.get(optim, kind)
  if (typeof type !== 'function') throw new Error(`no schedule ${kind}`)
  if (kind === 'SequentialLR') {
    const schedules = one.schedules?.map((each) => scheduleOf(optimizer, each))
    return Reflect.construct(type, [optimizer, schedules, one.milestones])
  }
  const own = inCamelCase(options)
  for (const [from, to] of Object.entries(renamed)) {
    if (from in own) own[to] = own[from]
    delete own[from]
  }
  const named = args.map((arg) => (kind === 'LambdaLR' ? functionsOf(arg) : arg))
  return Reflect.construct(type, [optimizer, ...named, own])
}

function functionsOf(names: unknown): unknown {
  return Array.isArray(names) ? names.map((name) => lambdas[String(name)]) : lambdas[String(names)]
}

/** A loss that falls, stays, is NaN once, and rises; metric of optim_fixtures.py. */
function metric(epoch: number): number {
  if (epoch === 9) return Number.NaN
  return epoch % 3 !== 0 ? ((epoch * 7) % 13) / 13 : 1 / (epoch + 1)
}

function begin({ optimizer: kind, schedules }: Case): { optimizer: optim.Optimizer; running: Schedule[] } {
  const groups = [{ params: [tensor([1])] }, { params: [tensor([1])], lr: 0.03 }]
  const optimizer = makeOptimizer(kind, groups, { lr: 0.1 })
  return { optimizer, running: schedules.map((one) => scheduleOf(optimizer, one)) }
}

function stepAll(optimizer: optim.Optimizer, running: readonly Schedule[], epoch: number): void {
  optimizer.step()
  for (const schedule of running) {
    if (schedule instanceof optim.ReduceLROnPlateau) schedule.step(metric(epoch))
    else schedule.step()
  }
}

/** Learning rates and momenta. */
function seen(optimizer: optim.Optimizer): unknown {
  const groups: { lr: number; betas?: readonly number[]; momentum?: number }[] = optimizer.paramGroups
  return [groups.map(({ lr }) => lr), groups.map(({ betas, momentum }) => betas?.[0] ?? momentum)]
}

/** Compares numbers to 1e-12, and all else as it is. */
function expectClose(got: unknown, want: unknown, what: string): void {
  if (typeof got === 'number' && typeof want === 'number') {
    const error = Math.abs(got - want)
    expect(error, `${what}: got ${got}, want ${want}`).toBeLessThanOrEqual(
      1e-12 * Math.max(1, Math.abs(want)),
    )
  } else if (Array.isArray(got) && Array.isArray(want)) {
    expect(got.length, what).toBe(want.length)
    for (const [index, item] of got.entries()) expectClose(item, want[index], `${what}[${index}]`)
  } else expect(got, what).toEqual(want)
}

/** As shown of optim_fixtures.py. */
function shown(value: unknown): unknown {
  if (value instanceof Map) {
    return { dict: Array.from(value, ([key, item]) => [key, shown(item)]).sort(byKey) }
  }
  if (Array.isArray(value)) return value.map(shown)
  return value === Infinity ? 'inf' : value === -Infinity ? '-inf' : value
}

/** The same for what PyTorch's side wrote, whose dicts have their own order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null || !('dict' in value)) return value
  if (!Array.isArray(value.dict)) throw new Error('no pairs')
  return { dict: value.dict.map(([key, item]) => [key, sorted(item)]).sort(byKey) }
}

function byKey([a]: unknown[], [b]: unknown[]): number {
  return String(a) < String(b) ? -1 : 1
}

/** All numbers of a state, and all else, in order. */
function leaves(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(leaves)
  return typeof value === 'object' && value !== null && 'dict' in value ? leaves(value.dict) : [value]
}

describe.each(cases)('$name', (one) => {
  it('has the learning rates and momenta of PyTorch, to 1e-12', () => {
    const { optimizer, running } = begin(one)
    expectClose(seen(optimizer), one.rows[0], 'before the first step')
    for (let epoch = 0; epoch < one.steps; epoch++) {
      stepAll(optimizer, running, epoch)
      expectClose(seen(optimizer), one.rows[epoch + 1], `after step ${epoch}`)
    }
  })

  it('has the state dict of PyTorch, key by key', () => {
    const { optimizer, running } = begin(one)
    for (let epoch = 0; epoch < one.steps; epoch++) stepAll(optimizer, running, epoch)
    for (const [index, schedule] of running.entries()) {
      expectClose(leaves(shown(schedule.stateDict())), leaves(sorted(one.states[index])), 'state')
    }
  })

  it('goes on from state dicts as if it had not stopped', () => {
    const { optimizer, running } = begin(one)
    for (let epoch = 0; epoch < 33; epoch++) stepAll(optimizer, running, epoch)
    const saved = { optimizer: optimizer.stateDict(), schedules: running.map((each) => each.stateDict()) }
    const later = begin(one)
    later.optimizer.loadStateDict(saved.optimizer)
    for (const [index, schedule] of later.running.entries()) schedule.loadStateDict(saved.schedules[index])
    for (let epoch = 33; epoch < one.steps; epoch++) {
      stepAll(optimizer, running, epoch)
      stepAll(later.optimizer, later.running, epoch)
      expect(seen(later.optimizer)).toEqual(seen(optimizer))
    }
    expect(later.running.map((each) => each.getLastLr())).toEqual(running.map((each) => each.getLastLr()))
  })
})
