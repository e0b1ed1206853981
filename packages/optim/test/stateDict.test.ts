import { reference } from '@unroll/kernels'
import { ones, type Tensor, tensor, zeros } from '@unroll/tensor'
import { seededBits } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { Adagrad, Adam, AdamW, OneCycleLR, type Optimizer, RMSprop, SGD, StepLR } from '../src/index.ts'
import { drawn, makeOptimizer } from './cases.ts'
import { describeEngines } from './engines.ts'

const kinds: readonly (readonly [name: string, options: object])[] = [
  ['SGD', { momentum: 0.9 }],
  ['Adam', { amsgrad: true }],
  ['AdamW', {}],
  ['RMSprop', { momentum: 0.9, centered: true }],
  ['Adagrad', { lrDecay: 0.1 }],
]

function parameters(): Tensor[] {
  const bits = seededBits(3)
  return [drawn(bits, 'float32', [2, 3]), drawn(bits, 'float32', [5])]
}

function steps(optimizer: Optimizer, params: readonly Tensor[], from: number, count: number): void {
  for (let step = from; step < from + count; step++) {
    const bits = seededBits(step)
    for (const param of params) param.grad = drawn(bits, 'float32', param.shape)
    optimizer.step()
  }
}

/** A state with other entries in it. */
function changed(
  state: Map<string, unknown>,
  change: (state: Map<string, unknown>) => void,
): Map<string, unknown> {
  const copy = copyOf(state)
  if (!(copy instanceof Map)) throw new Error('no Map')
  change(copy)
  return copy
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  return value instanceof Map ? new Map(Array.from(value, ([key, item]) => [key, copyOf(item)])) : value
}

/** What is at a path of a state. */
function at(value: unknown, ...path: readonly (string | number)[]): Map<unknown, unknown> {
  let found = value
  for (const key of path) {
    found = found instanceof Map ? found.get(key) : Array.isArray(found) ? found[Number(key)] : undefined
  }
  if (found instanceof Map) return found
  throw new Error(`no Map at ${path.join('.')}`)
}

describeEngines((engine) => {
  it.each(kinds)('of %s resumes bit by bit', (name, options) => {
    const [params, later] = [parameters(), parameters()]
    const optimizer = makeOptimizer(name, params, options)
    steps(optimizer, params, 0, 5)
    const resumed = makeOptimizer(name, later, { lr: 1 })
    resumed.loadStateDict(optimizer.stateDict())
    for (const [index, param] of later.entries()) param.copy_(params[index] ?? param)
    steps(optimizer, params, 5, 5)
    steps(resumed, later, 5, 5)
    for (const [index, param] of later.entries()) expect(param.data).toEqual(params[index]?.data)
    expect(resumed.stateDict()).toEqual(optimizer.stateDict())
  })

  it('is a copy', () => {
    const params = parameters()
    const optimizer = new Adam(params)
    steps(optimizer, params, 0, 1)
    const state = optimizer.stateDict()
    const before = copyOf(state)
    steps(optimizer, params, 1, 1)
    expect(state).toEqual(before)
    optimizer.loadStateDict(state)
    const mean = at(state, 'state', 0).get('exp_avg')
    at(state, 'param_groups', 0).set('betas', [0, 0])
    expect(optimizer.paramGroups[0]?.betas).toEqual([0.9, 0.999])
    steps(optimizer, params, 1, 1)
    expect(at(before, 'state', 0).get('exp_avg')).toEqual(mean)
  })

  it('is put into the memory of the engine, whose old memory is freed', () => {
    const params = parameters()
    const optimizer = new Adam(params)
    steps(optimizer, params, 0, 1)
    const state = optimizer.stateDict()
    const before = engine.allocatedBytes
    for (let i = 0; i < 5; i++) optimizer.loadStateDict(state)
    expect(engine.allocatedBytes).toBe(before)
    expect(engine === reference || before > 0).toBe(true)
    optimizer.dispose()
  })

  it('keeps the groups that one holds, and gives them the saved options', () => {
    const params = parameters()
    const saved = new SGD([{ params: [params[0] ?? ones([1])], lr: 0.5 }, { params: params.slice(1) }], {
      lr: 0.25,
      momentum: 0.5,
    })
    new StepLR(saved, 1)
    const optimizer = new SGD(params.map((param) => ({ params: param })))
    const groups = [...optimizer.paramGroups]
    optimizer.loadStateDict(saved.stateDict())
    expect(groups.map(({ lr, momentum, initialLr }) => [lr, momentum, initialLr])).toEqual([
      [0.5, 0.5, 0.5],
      [0.25, 0.5, 0.25],
    ])
    expect(optimizer.paramGroups).toEqual(groups)
  })
})

describe('a state dict', () => {
  it("has PyTorch's keys before the first step", () => {
    const adam = new Adam([['weight', zeros([2])]], { lr: 0.1 })
    expect(adam.stateDict()).toEqual(
      new Map<string, unknown>([
        ['state', new Map()],
        [
          'param_groups',
          [
            new Map<string, unknown>(
              Object.entries({
                lr: 0.1,
                betas: [0.9, 0.999],
                eps: 1e-8,
                weight_decay: 0,
                amsgrad: false,
                maximize: false,
                decoupled_weight_decay: false,
                param_names: ['weight'],
                foreach: null,
                capturable: false,
                differentiable: false,
                fused: null,
                params: [0],
              }),
            ),
          ],
        ],
      ]),
    )
    expect(at(new Adagrad([zeros([2])]).stateDict(), 'state', 0)).toEqual(
      new Map([
        ['step', tensor(0)],
        ['sum', zeros([2])],
      ]),
    )
  })

  it('of old versions of PyTorch is taken: without flags, with plain steps, with buffers of null', () => {
    const params = parameters()
    const optimizer = new Adam(params)
    steps(optimizer, params, 0, 3)
    const old = changed(optimizer.stateDict(), (state) => {
      for (const key of [
        'foreach',
        'capturable',
        'differentiable',
        'fused',
        'maximize',
        'decoupled_weight_decay',
      ])
        at(state, 'param_groups', 0).delete(key)
      at(state, 'state', 1).set('step', 3)
    })
    const loaded = new Adam(parameters())
    loaded.loadStateDict(old)
    expect(loaded.stateDict()).toEqual(optimizer.stateDict())
    const sgd = new SGD(params)
    sgd.loadStateDict(
      changed(sgd.stateDict(), (state) =>
        state.set('state', new Map([[0, new Map([['momentum_buffer', null]])]])),
      ),
    )
    expect(at(sgd.stateDict(), 'state').size).toBe(0)
  })

  it('of another dtype is converted', () => {
    const [single, double] = [ones([2]), ones([2], { dtype: 'float64' })]
    single.grad = tensor([0.5, 0.25])
    const optimizer = new Adam([single])
    optimizer.step()
    const loaded = new Adam([double])
    loaded.loadStateDict(optimizer.stateDict())
    expect(at(loaded.stateDict(), 'state', 0).get('exp_avg')).toHaveProperty('dtype', 'float64')
  })

  const others: readonly (readonly [loader: string, saver: string, message: string])[] = [
    ['Adam', 'SGD', 'to have betas'],
    ['SGD', 'Adam', 'to have momentum'],
    ['SGD', 'RMSprop', 'to have dampening'],
    ['RMSprop', 'SGD', 'to have alpha'],
    ['Adagrad', 'Adam', 'to have lr_decay'],
  ]

  it.each(others)('is refused by %s if it is of %s', (loader, saver, message) => {
    const params = parameters()
    const optimizer = makeOptimizer(loader, params, {})
    steps(optimizer, params, 0, 1)
    const before = optimizer.stateDict()
    const other = makeOptimizer(saver, params, { lr: 7 })
    steps(other, params, 0, 1)
    expect(() => optimizer.loadStateDict(other.stateDict())).toThrow(TypeError)
    expect(() => optimizer.loadStateDict(other.stateDict())).toThrow(message)
    expect(() => optimizer.loadStateDict(other.stateDict())).toThrow(
      'this state dict is of another optimiser',
    )
    expect(optimizer.stateDict()).toEqual(before)
  })

  it('of Adam is taken by AdamW, which stays what it is, as in PyTorch', () => {
    const params = parameters()
    const adam = new Adam(params, { weightDecay: 0.5 })
    const optimizer = new AdamW(params)
    optimizer.loadStateDict(adam.stateDict())
    expect(optimizer.paramGroups[0]).toMatchObject({ weightDecay: 0.5, decoupledWeightDecay: true })
  })

  const faults: readonly (readonly [
    what: string,
    change: (state: Map<string, unknown>) => unknown,
    error: typeof TypeError | typeof RangeError,
    message: string,
  ])[] = [
    [
      'no groups',
      (s) => s.delete('param_groups'),
      TypeError,
      'expected param_groups to be a list, got undefined',
    ],
    ['no state', (s) => s.delete('state'), TypeError, 'expected state to be a Map, got undefined'],
    [
      'a group more',
      (s) => s.set('param_groups', [1, 2]),
      RangeError,
      'expected a state of 1 parameter group, got 2',
    ],
    [
      'a parameter less',
      (s) => at(s, 'param_groups', 0).set('params', [0]),
      RangeError,
      'expected 2 parameters in group 0, got 1',
    ],
    [
      'an option that is no number',
      (s) => at(s, 'param_groups', 0).set('lr', 'fast'),
      TypeError,
      'expected lr of param_groups[0] to be a number, got string "fast"',
    ],
    [
      'NaN for an option',
      (s) => at(s, 'param_groups', 0).set('eps', Number.NaN),
      RangeError,
      'expected eps of param_groups[0] to be a number, got NaN',
    ],
    [
      'one beta',
      (s) => at(s, 'param_groups', 0).set('betas', [0.9]),
      TypeError,
      'expected betas of param_groups[0] to be 2 numbers, got array of 1',
    ],
    [
      'a first learning rate that is no number',
      (s) => at(s, 'param_groups', 0).set('initial_lr', 'x'),
      TypeError,
      'expected initial_lr of param_groups[0] to be a number, got string "x"',
    ],
    [
      'names that are none',
      (s) => at(s, 'param_groups', 0).set('param_names', 5),
      TypeError,
      'expected param_names of param_groups[0] to be 2 names, got number 5',
    ],
    [
      'a state of no parameter',
      (s) => at(s, 'state').set(5, new Map()),
      RangeError,
      'expected states of parameters in param_groups, got one of number 5',
    ],
    [
      'a moment of another shape',
      (s) => at(s, 'state', 1).set('exp_avg', zeros([6])),
      RangeError,
      "expected exp_avg of parameter 1 to have the parameter's shape (5), got (6)",
    ],
    [
      'a moment that is no tensor',
      (s) => at(s, 'state', 1).set('exp_avg', [1]),
      TypeError,
      'expected exp_avg of parameter 1 to be a Tensor, got array of 1',
    ],
    [
      'a moment less',
      (s) => at(s, 'state', 0).delete('exp_avg_sq'),
      TypeError,
      'expected the state of parameter 0 to have exp_avg_sq, got step, exp_avg',
    ],
    [
      'a moment more',
      (s) => at(s, 'state', 0).set('sum', zeros([2, 3])),
      TypeError,
      'expected the state of parameter 0 to have step, exp_avg, exp_avg_sq, max_exp_avg_sq, got sum',
    ],
    [
      'a step that is no number',
      (s) => at(s, 'state', 0).set('step', 'three'),
      TypeError,
      'expected step in the state of parameter 0 to be a number of 0 or more, got string "three"',
    ],
  ]

  it.each(faults)('with %s is refused, and nothing changes', (_, change, error, message) => {
    const params = parameters()
    const optimizer = new Adam(params)
    steps(optimizer, params, 0, 1)
    const before = optimizer.stateDict()
    const other = new Adam(params, { lr: 7 })
    steps(other, params, 0, 2)
    const wrong = changed(other.stateDict(), change)
    expect(() => optimizer.loadStateDict(wrong)).toThrow(error)
    expect(() => optimizer.loadStateDict(wrong)).toThrow(`Adam.loadStateDict: ${message}`)
    expect(optimizer.stateDict()).toEqual(before)
  })

  it('holds what schedules made of options, out of range or not, as in PyTorch', () => {
    const sgd = new SGD(parameters())
    const cycle = new OneCycleLR(sgd, 1, { totalSteps: 10, annealStrategy: 'linear' })
    sgd.step()
    for (let step = 0; step < 10; step++) cycle.step()
    expect(sgd.paramGroups[0]?.lr).toBeLessThan(0)
    const later = new SGD(parameters())
    later.loadStateDict(sgd.stateDict())
    expect(later.stateDict()).toEqual(sgd.stateDict())
    const adam = new Adam(parameters())
    const state = changed(adam.stateDict(), (s) => at(s, 'param_groups', 0).set('betas', [1.25, 0.5]))
    adam.loadStateDict(state)
    expect(adam.stateDict()).toEqual(state)
  })

  it('without a first learning rate takes that of the optimiser away, as in PyTorch', () => {
    const state = new SGD(parameters(), { lr: 1 }).stateDict()
    const optimizer = new SGD(parameters(), { lr: 3 })
    new StepLR(optimizer, 2)
    optimizer.loadStateDict(state)
    expect(optimizer.stateDict()).toEqual(state)
    expect(new StepLR(optimizer, 2).stateDict().get('base_lrs')).toEqual([1])
  })

  it('of parameters without names leaves names as they are', () => {
    const state = new SGD(parameters(), { lr: 1 }).stateDict()
    const named = parameters().map((param, index) => [`weight${index}`, param] as const)
    const optimizer = new SGD(named)
    optimizer.loadStateDict(state)
    expect(optimizer.paramGroups[0]).toMatchObject({ lr: 1, paramNames: ['weight0', 'weight1'] })
  })

  it('is a Map, or refused', () => {
    const optimizer = new RMSprop(parameters())
    expect(() => optimizer.loadStateDict(null)).toThrow(
      'RMSprop.loadStateDict: expected a state dict to be a Map, got null; it is what stateDict() or load() of @unroll/weights gives',
    )
  })
})
