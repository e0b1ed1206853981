import { ones, tensor } from '@unroll/tensor'
import { describe, expect, it, vi } from 'vitest'
import {
  Adam,
  CosineAnnealingWarmRestarts,
  clipGradNorm,
  clipGradValue,
  ExponentialLR,
  LambdaLR,
  type LRScheduler,
  MultiStepLR,
  OneCycleLR,
  type Optimizer,
  ReduceLROnPlateau,
  SequentialLR,
  SGD,
  StepLR,
} from '../src/index.ts'
import { makeOptimizer } from './cases.ts'
import { describeEngines } from './engines.ts'

// What throws has changed nothing.

describeEngines((engine) => {
  it.each([
    ['weightDecay', undefined, TypeError, 'expected weightDecay of group 1 to be a number, got undefined'],
    ['eps', Number.NaN, RangeError, 'expected eps of group 1 to be a number, got NaN'],
    ['betas', [0.9], TypeError, 'expected betas of group 1 to be 2 numbers, got array of 1'],
    ['betas', null, TypeError, 'expected betas of group 1 to be 2 numbers, got null'],
    ['amsgrad', 'yes', TypeError, 'expected amsgrad of group 1 to be true or false, got string "yes"'],
  ])('a step with %s set to %s', (name, value, type, message) => {
    const params = [ones([2]), ones([3])]
    const optimizer = new Adam(params.map((param) => ({ params: param })))
    for (const each of params) each.grad = ones(each.shape)
    Reflect.set(optimizer.paramGroups[1] ?? {}, name, value)
    expect(() => optimizer.step()).toThrow(type)
    expect(() => optimizer.step()).toThrow(`Adam.step: ${message}`)
    expect(params).toEqual([ones([2]), ones([3])])
    expect([optimizer.stepCount, optimizer.stateDict().get('state')]).toEqual([0, new Map()])
  })

  it.each(['SGD', 'Adam', 'RMSprop'])('a step of %s that finds no memory for its last parameter', (name) => {
    const options = name === 'SGD' ? { momentum: 0.5, dampening: 0.5 } : {}
    const start = (): { params: ReturnType<typeof ones>[]; optimizer: Optimizer } => {
      const params = [ones([2]), ones([3])]
      for (const each of params) each.grad = ones(each.shape)
      return { params, optimizer: makeOptimizer(name, params, options) }
    }
    const { params, optimizer } = start()
    const before = optimizer.stateDict()
    const { moment } = engine.optimizers
    const failing = vi.spyOn(engine.optimizers, 'moment').mockImplementation((dtype, length) => {
      if (length === 3) throw new RangeError('wasm engine: no memory')
      return moment.call(engine.optimizers, dtype, length)
    })
    expect(() => optimizer.step()).toThrow(
      `${name}.step: expected memory for what is kept of parameter 1 of group 0; wasm engine: no memory`,
    )
    failing.mockRestore()
    expect(params).toEqual([ones([2]), ones([3])])
    expect([optimizer.stepCount, optimizer.stateDict()]).toEqual([0, before])
    const other = start()
    for (const each of [optimizer, other.optimizer]) each.step()
    expect(params).toEqual(other.params)
    expect(optimizer.stateDict()).toEqual(other.optimizer.stateDict())
  })

  it.each(['SGD', 'Adam', 'AdamW', 'RMSprop', 'Adagrad'])(
    'what %s keeps goes along with a parameter that becomes one of another dtype',
    (name) => {
      const train = (first: 'float32' | 'float64'): number[] => {
        const weight = tensor([1, 2], { dtype: first })
        const optimizer = makeOptimizer(name, [weight], {
          lr: 0.5,
          ...(name === 'SGD' ? { momentum: 0.5 } : {}),
        })
        for (const dtype of [first, 'float64'] as const) {
          if (weight.dtype !== dtype) weight.set_(weight.to(dtype))
          weight.grad = tensor([0.5, -0.25], { dtype })
          optimizer.step()
        }
        return [...weight.data].map(Number)
      }
      const want = train('float64')
      for (const [index, value] of train('float32').entries())
        expect(value).toBeCloseTo(want[index] ?? NaN, 6)
    },
  )
})

it("refuses a closure that is async, whose failure is then nobody else's", async () => {
  const optimizer = new SGD([ones([1])])
  expect(() => optimizer.step(() => Promise.reject(new Error('inner')))).toThrow(
    'a closure that is not async',
  )
  // Vitest fails where a rejection is left unhandled.
  await new Promise((resolve) => setTimeout(resolve, 5))
})

/** All that a schedule and its optimiser say of themselves. */
function all(schedule: LRScheduler): unknown {
  return [schedule.stateDict(), schedule.optimizer.stateDict()]
}

/** An optimiser of two groups that has taken a step. */
function stepped(): SGD {
  const optimizer = new SGD([{ params: [ones([1])] }, { params: [ones([2])], lr: 2 }], { lr: 1 })
  optimizer.step()
  return optimizer
}

describe('a step of a schedule that throws', () => {
  it.each<readonly [name: string, make: () => LRScheduler, step: (schedule: never) => void]>([
    [
      'LambdaLR',
      () => new LambdaLR(stepped(), [() => 1, (epoch) => (epoch === 0 ? 1 : fail())]),
      (schedule: LambdaLR) => schedule.step(),
    ],
    [
      'OneCycleLR, at its end',
      () => {
        const schedule = new OneCycleLR(stepped(), 1, { totalSteps: 2, pctStart: 0.25 })
        schedule.step()
        schedule.step()
        return schedule
      },
      (schedule: OneCycleLR) => schedule.step(),
    ],
    [
      'OneCycleLR, where a phase has no steps',
      () => {
        const schedule = new OneCycleLR(stepped(), 1, { totalSteps: 2, pctStart: 1 })
        schedule.step()
        return schedule
      },
      (schedule: OneCycleLR) => schedule.step(),
    ],
    [
      'CosineAnnealingWarmRestarts, of infinity',
      () => new CosineAnnealingWarmRestarts(stepped(), 2),
      (schedule: CosineAnnealingWarmRestarts) => schedule.step(Infinity),
    ],
    [
      'ReduceLROnPlateau, of a group more',
      () => {
        const schedule = new ReduceLROnPlateau(stepped(), { patience: 0, minLr: [0, 0] })
        schedule.step(1)
        schedule.optimizer.addParamGroup({ params: [ones([1])] })
        return schedule
      },
      (schedule: ReduceLROnPlateau) => schedule.step(2),
    ],
    [
      'SequentialLR',
      () => {
        const optimizer = stepped()
        const failing = new LambdaLR(optimizer, (epoch) => (epoch === 2 ? fail() : 1))
        const schedule = new SequentialLR(optimizer, [new StepLR(optimizer, 1), failing], [1])
        for (let step = 0; step < 2; step++) schedule.step()
        return schedule
      },
      (schedule: SequentialLR) => schedule.step(),
    ],
  ])('%s', (_, make, step) => {
    const schedule = make()
    const before = all(schedule)
    expect(() => step(schedule as never)).toThrow()
    expect(all(schedule)).toEqual(before)
  })
})

describe('a schedule that cannot be made leaves the groups as they are', () => {
  it.each<readonly [name: string, make: (optimizer: SGD) => unknown, message: string]>([
    ['LambdaLR', (optimizer) => new LambdaLR(optimizer, () => fail()), 'failed'],
    [
      'OneCycleLR',
      (optimizer) => new OneCycleLR(optimizer, 1, { totalSteps: 10, pctStart: 0.1 }),
      'OneCycleLR: expected phases of some steps, got one that ends with step 0, where it begins; choose another pctStart',
    ],
  ])('%s', (_, make, message) => {
    const optimizer = stepped()
    const before = optimizer.stateDict()
    expect(() => make(optimizer)).toThrow(message)
    expect(optimizer.stateDict()).toEqual(before)
  })

  it('SequentialLR, and its schedules too', () => {
    const optimizer = stepped()
    let isBroken = false
    const schedules = [
      new LambdaLR(optimizer, () => (isBroken ? fail() : 1)),
      new ExponentialLR(optimizer, 0.5),
    ]
    isBroken = true
    const before = schedules.map(all)
    expect(() => new SequentialLR(optimizer, schedules, [1])).toThrow('failed')
    expect(schedules.map(all)).toEqual(before)
  })
})

describe('a state that a schedule refuses', () => {
  it.each<readonly [name: string, make: () => LRScheduler, key: string, value: unknown, message: string]>([
    [
      'StepLR',
      () => new StepLR(stepped(), 2),
      'last_epoch',
      NaN,
      'expected last_epoch to be a number, got NaN',
    ],
    ['StepLR', () => new StepLR(stepped(), 2), 'step_size', 0, 'expected step_size to be at least 1, got 0'],
    [
      'MultiStepLR',
      () => new MultiStepLR(stepped(), [2]),
      'milestones',
      new Map<unknown, unknown>([['a', 'b']]),
      'expected an epoch of milestones to be a whole number, got string "a"',
    ],
    [
      'OneCycleLR',
      () => new OneCycleLR(stepped(), 1, { totalSteps: 9 }),
      '_anneal_func_type',
      'zzz',
      "expected _anneal_func_type to be 'cos' or 'linear', got string \"zzz\"",
    ],
    [
      'OneCycleLR',
      () => new OneCycleLR(stepped(), 1, { totalSteps: 9 }),
      '_schedule_phases',
      [],
      'expected _schedule_phases to be a list of phases, got array of 0',
    ],
    [
      'ReduceLROnPlateau',
      () => new ReduceLROnPlateau(stepped()),
      'mode',
      'least',
      "expected mode to be 'min' or 'max', got string \"least\"",
    ],
  ])('%s with another %3$s', (name, make, key, value, message) => {
    const schedule = make()
    const before = all(schedule)
    const wrong: Map<string, unknown> = schedule.stateDict()
    wrong.set(key, value)
    expect(() => schedule.loadStateDict(wrong)).toThrow(`${name}.loadStateDict: ${message}`)
    expect(all(schedule)).toEqual(before)
  })
})

describe('a schedule resumes', () => {
  it('in a run that has added a group since it was made', () => {
    const make = (): StepLR => {
      const schedule = new StepLR(new SGD([ones([2])], { lr: 1 }), 2)
      schedule.optimizer.addParamGroup({ params: [ones([3])], lr: 0.1 })
      return schedule
    }
    const [first, second] = [make(), make()]
    first.optimizer.step()
    for (let step = 0; step < 3; step++) first.step()
    second.optimizer.loadStateDict(first.optimizer.stateDict())
    second.loadStateDict(first.stateDict())
    for (const schedule of [first, second]) schedule.step()
    expect(all(second)).toEqual(all(first))
  })

  it('from a state of an old ReduceLROnPlateau, which has no default_min_lr', () => {
    const schedule = new ReduceLROnPlateau(stepped(), { patience: 3 })
    const state = schedule.stateDict()
    state.delete('default_min_lr')
    schedule.loadStateDict(state.set('num_bad_epochs', 2))
    expect(schedule.stateDict().get('num_bad_epochs')).toBe(2)
  })
})

it.each([
  ['clipGradNorm', clipGradNorm],
  ['clipGradValue', clipGradValue],
] as const)('%s finds a gradient that is an expanded view before it changes another one', (name, clip) => {
  const params = [ones([2]), ones([3])]
  const [first, second] = params
  if (first === undefined || second === undefined) throw new Error('two')
  first.grad = ones([2])
  second.grad = ones([1]).expand([3])
  expect(() => clip(params, 0.5)).toThrow(
    `${name}: expected the gradient of parameter 1 to have memory for each element, got an expanded view; clone() it`,
  )
  expect(first.grad.toArray()).toEqual([1, 1])
})

function fail(): never {
  throw new Error('failed')
}
