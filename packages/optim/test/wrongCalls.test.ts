import { ones, tensor, zeros } from '@unroll/tensor'
import { call, construct, faultOf, type WrongCall } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import * as optim from '../src/index.ts'

// Wrong calls from plain JavaScript, as people make them who know PyTorch or guess. None is accepted, and none fails with an
// error of the JavaScript engine.

const { Adagrad, Adam, AdamW, RMSprop, SGD } = optim
const weight = zeros([2])
const optimizer = new SGD([weight], { momentum: 0.5 })
const computed = ones([2], { requiresGrad: true }).mul(2)

const parameters: readonly WrongCall[] = [
  ['new SGD()', () => construct(SGD)],
  ['new SGD(null)', () => construct(SGD, null)],
  ['new SGD(weight)', () => construct(SGD, weight)],
  ['new SGD([])', () => construct(SGD, [])],
  ['new SGD([[]])', () => construct(SGD, [[]])],
  ['new SGD([1])', () => construct(SGD, [1])],
  ['new SGD([null])', () => construct(SGD, [null])],
  ['new SGD(model)', () => construct(SGD, { parameters: () => [weight] })],
  ['new SGD({ params })', () => construct(SGD, { params: [weight] })],
  ['new SGD([{ params: [] }])', () => construct(SGD, [{ params: [] }])],
  ['new SGD([{ params: [weight], lrs: 1 }])', () => construct(SGD, [{ params: [weight], lrs: 1 }])],
  ['new SGD([{ params: [weight] }, weight])', () => construct(SGD, [{ params: [weight] }, weight])],
  ['new SGD([weight, { params }])', () => construct(SGD, [weight, { params: [ones([1])] }])],
  ['new SGD([weight, weight])', () => construct(SGD, [weight, weight])],
  ['new SGD of one in two groups', () => construct(SGD, [{ params: weight }, { params: weight }])],
  ["new SGD([['a', weight], other])", () => construct(SGD, [['a', weight], ones([1])])],
  [
    'new SGD of a group with names and one without',
    () => construct(SGD, [{ params: [['a', weight]] }, { params: ones([1]) }]),
  ],
  ['new SGD([integers])', () => construct(SGD, [tensor([1, 2], { dtype: 'int64' })])],
  ['new SGD([halves])', () => construct(SGD, [tensor([1, 2], { dtype: 'float16' })])],
  ['new SGD([computed])', () => construct(SGD, [computed])],
  ['new SGD([expanded])', () => construct(SGD, [ones([1]).expand([3])])],
  ['addParamGroup()', () => call(optimizer, 'addParamGroup')],
  ['addParamGroup(parameters)', () => call(optimizer, 'addParamGroup', [weight])],
  ['addParamGroup of one that it has', () => call(optimizer, 'addParamGroup', { params: [weight] })],
  [
    'addParamGroup({ params, lr: -1 })',
    () => call(optimizer, 'addParamGroup', { params: [ones([1])], lr: -1 }),
  ],
]

const options: readonly WrongCall[] = [
  ['new SGD(params, 0.1)', () => construct(SGD, [weight], 0.1)],
  ["new SGD(params, { lr: '0.1' })", () => construct(SGD, [weight], { lr: '0.1' })],
  ['new SGD(params, { lr: tensor })', () => construct(SGD, [weight], { lr: tensor(0.1) })],
  ['new SGD(params, { lr: -1 })', () => construct(SGD, [weight], { lr: -1 })],
  ['new SGD(params, { lr: NaN })', () => construct(SGD, [weight], { lr: Number.NaN })],
  ['new SGD(params, { momentum: -1 })', () => construct(SGD, [weight], { momentum: -1 })],
  ['new SGD(params, { dampening: null })', () => construct(SGD, [weight], { dampening: null })],
  ['new SGD(params, { weightDecay: -1 })', () => construct(SGD, [weight], { weightDecay: -1 })],
  ['new SGD(params, { weight_decay: 1 })', () => construct(SGD, [weight], { weight_decay: 1 })],
  ['new SGD(params, { nesterov: true })', () => construct(SGD, [weight], { nesterov: true })],
  ['new SGD(params, { maximize: 1 })', () => construct(SGD, [weight], { maximize: 1 })],
  ['new SGD(params, { foreach: true })', () => construct(SGD, [weight], { foreach: true })],
  ['new Adam(params, { fused: true })', () => construct(Adam, [weight], { fused: true })],
  ['new Adam(params, { capturable: false })', () => construct(Adam, [weight], { capturable: false })],
  ['new Adam(params, { differentiable: true })', () => construct(Adam, [weight], { differentiable: true })],
  ['new Adam(params, { betas: 0.9 })', () => construct(Adam, [weight], { betas: 0.9 })],
  ['new Adam(params, { betas: [0.9] })', () => construct(Adam, [weight], { betas: [0.9] })],
  ['new Adam(params, { betas: [0.9, 1] })', () => construct(Adam, [weight], { betas: [0.9, 1] })],
  ['new Adam(params, { betas: [-0.1, 0.9] })', () => construct(Adam, [weight], { betas: [-0.1, 0.9] })],
  ['new Adam(params, { eps: -1 })', () => construct(Adam, [weight], { eps: -1 })],
  ['new Adam(params, { amsgrad: 1 })', () => construct(Adam, [weight], { amsgrad: 1 })],
  [
    'new AdamW(params, { decoupledWeightDecay })',
    () => construct(AdamW, [weight], { decoupledWeightDecay: false }),
  ],
  ['new RMSprop(params, { alpha: -1 })', () => construct(RMSprop, [weight], { alpha: -1 })],
  ['new RMSprop(params, { centered: 0 })', () => construct(RMSprop, [weight], { centered: 0 })],
  ['new Adagrad(params, { lrDecay: -1 })', () => construct(Adagrad, [weight], { lrDecay: -1 })],
  ['new Adagrad(params, { eps: Infinity * 0 })', () => construct(Adagrad, [weight], { eps: Number.NaN })],
  [
    'new Adagrad(params, { initialAccumulatorValue: -1 })',
    () => construct(Adagrad, [weight], { initialAccumulatorValue: -1 }),
  ],
  ["zeroGrad('yes')", () => call(optimizer, 'zeroGrad', 'yes')],
  ['step(1)', () => call(optimizer, 'step', 1)],
  ['step(async () => loss)', () => call(optimizer, 'step', async () => 1)],
]

const schedules: readonly WrongCall[] = [
  ['new StepLR(params, 3)', () => construct(optim.StepLR, [weight], 3)],
  ['new StepLR(optimizer)', () => construct(optim.StepLR, optimizer)],
  ['new StepLR(optimizer, 0)', () => construct(optim.StepLR, optimizer, 0)],
  ['new StepLR(optimizer, 1.5)', () => construct(optim.StepLR, optimizer, 1.5)],
  ['new StepLR(optimizer, 3, 0.5)', () => construct(optim.StepLR, optimizer, 3, 0.5)],
  ['new StepLR(optimizer, 3, { gamma: null })', () => construct(optim.StepLR, optimizer, 3, { gamma: null })],
  [
    'new StepLR(optimizer, 3, { lastEpoch: -2 })',
    () => construct(optim.StepLR, optimizer, 3, { lastEpoch: -2 }),
  ],
  ['new StepLR of no initialLr', () => construct(optim.StepLR, new SGD([weight]), 3, { lastEpoch: 4 })],
  ['new MultiStepLR(optimizer, 3)', () => construct(optim.MultiStepLR, optimizer, 3)],
  ['new MultiStepLR(optimizer, [0.5])', () => construct(optim.MultiStepLR, optimizer, [0.5])],
  ['new ExponentialLR(optimizer)', () => construct(optim.ExponentialLR, optimizer)],
  [
    'new ExponentialLR(optimizer, { gamma })',
    () => construct(optim.ExponentialLR, optimizer, { gamma: 0.5 }),
  ],
  ['new CosineAnnealingLR(optimizer)', () => construct(optim.CosineAnnealingLR, optimizer)],
  ['new CosineAnnealingLR(optimizer, 0)', () => construct(optim.CosineAnnealingLR, optimizer, 0)],
  [
    'new CosineAnnealingWarmRestarts(optimizer, 0)',
    () => construct(optim.CosineAnnealingWarmRestarts, optimizer, 0),
  ],
  [
    'new CosineAnnealingWarmRestarts(optimizer, 3, { tMult: 0 })',
    () => construct(optim.CosineAnnealingWarmRestarts, optimizer, 3, { tMult: 0 }),
  ],
  ['its step(-1)', () => call(new optim.CosineAnnealingWarmRestarts(optimizer, 3), 'step', -1)],
  [
    'new LinearLR(optimizer, { startFactor: 0 })',
    () => construct(optim.LinearLR, optimizer, { startFactor: 0 }),
  ],
  [
    'new LinearLR(optimizer, { startFactor: 2 })',
    () => construct(optim.LinearLR, optimizer, { startFactor: 2 }),
  ],
  [
    'new LinearLR(optimizer, { endFactor: -1 })',
    () => construct(optim.LinearLR, optimizer, { endFactor: -1 }),
  ],
  [
    'new LinearLR(optimizer, { totalIters: 0 })',
    () => construct(optim.LinearLR, optimizer, { totalIters: 0 }),
  ],
  ['new LambdaLR(optimizer)', () => construct(optim.LambdaLR, optimizer)],
  ['new LambdaLR(optimizer, [f, f])', () => construct(optim.LambdaLR, optimizer, [() => 1, () => 1])],
  [
    'new LambdaLR of a function that gives nothing',
    () => construct(optim.LambdaLR, optimizer, () => undefined),
  ],
  ['new OneCycleLR(optimizer)', () => construct(optim.OneCycleLR, optimizer)],
  ['new OneCycleLR(optimizer, 0.1)', () => construct(optim.OneCycleLR, optimizer, 0.1)],
  ['new OneCycleLR(optimizer, 0.1, 100)', () => construct(optim.OneCycleLR, optimizer, 0.1, 100)],
  [
    'new OneCycleLR(optimizer, [0.1, 0.2], ...)',
    () => construct(optim.OneCycleLR, optimizer, [0.1, 0.2], { totalSteps: 9 }),
  ],
  [
    'new OneCycleLR(.., { pctStart: 2 })',
    () => construct(optim.OneCycleLR, optimizer, 0.1, { totalSteps: 9, pctStart: 2 }),
  ],
  [
    "new OneCycleLR(.., { annealStrategy: 'sine' })",
    () => construct(optim.OneCycleLR, optimizer, 0.1, { totalSteps: 9, annealStrategy: 'sine' }),
  ],
  [
    'new OneCycleLR of Adagrad',
    () => construct(optim.OneCycleLR, new Adagrad([weight]), 0.1, { totalSteps: 9 }),
  ],
  ['new SequentialLR(optimizer)', () => construct(optim.SequentialLR, optimizer)],
  ['new SequentialLR(optimizer, [], [])', () => construct(optim.SequentialLR, optimizer, [], [])],
  [
    'new SequentialLR(optimizer, [plateau], [])',
    () => construct(optim.SequentialLR, optimizer, [new optim.ReduceLROnPlateau(optimizer)], []),
  ],
  [
    'new SequentialLR(optimizer, [schedule], [1])',
    () => construct(optim.SequentialLR, optimizer, [new optim.StepLR(optimizer, 1)], [1]),
  ],
  [
    'new SequentialLR of another optimiser',
    () => construct(optim.SequentialLR, optimizer, [new optim.StepLR(new SGD([weight]), 1)], []),
  ],
  [
    'new ReduceLROnPlateau(optimizer, { mode })',
    () => construct(optim.ReduceLROnPlateau, optimizer, { mode: 'less' }),
  ],
  [
    'new ReduceLROnPlateau(optimizer, { factor: 1 })',
    () => construct(optim.ReduceLROnPlateau, optimizer, { factor: 1 }),
  ],
  [
    'new ReduceLROnPlateau(optimizer, { minLr: [1, 2] })',
    () => construct(optim.ReduceLROnPlateau, optimizer, { minLr: [1, 2] }),
  ],
  ['its step()', () => call(new optim.ReduceLROnPlateau(optimizer), 'step')],
  ['loadStateDict()', () => call(new optim.StepLR(optimizer, 1), 'loadStateDict')],
  [
    'loadStateDict of another',
    () =>
      call(
        new optim.StepLR(optimizer, 1),
        'loadStateDict',
        new optim.ExponentialLR(optimizer, 1).stateDict(),
      ),
  ],
  [
    'loadStateDict of one that has more',
    () =>
      call(
        new optim.ExponentialLR(optimizer, 1),
        'loadStateDict',
        new optim.StepLR(optimizer, 1).stateDict(),
      ),
  ],
  [
    'loadStateDict of two groups',
    () =>
      call(
        new optim.StepLR(optimizer, 1),
        'loadStateDict',
        new optim.StepLR(optimizer, 1).stateDict().set('base_lrs', [1, 2]),
      ),
  ],
  [
    'loadStateDict of text for a number',
    () =>
      call(
        new optim.StepLR(optimizer, 1),
        'loadStateDict',
        new optim.StepLR(optimizer, 1).stateDict().set('gamma', 'x'),
      ),
  ],
  [
    'loadStateDict of no phases',
    () =>
      call(
        new optim.OneCycleLR(optimizer, 1, { totalSteps: 9 }),
        'loadStateDict',
        new optim.OneCycleLR(optimizer, 1, { totalSteps: 9 }).stateDict().set('_schedule_phases', 1),
      ),
  ],
]

const clipping: readonly WrongCall[] = [
  ['clipGradNorm()', () => call(optim, 'clipGradNorm')],
  ['clipGradNorm([weight])', () => call(optim, 'clipGradNorm', [weight])],
  ['clipGradNorm([weight], -1)', () => call(optim, 'clipGradNorm', [weight], -1)],
  ['clipGradNorm([weight], 1, 2)', () => call(optim, 'clipGradNorm', [weight], 1, 2)],
  [
    "clipGradNorm([weight], 1, { normType: 'inf' })",
    () => call(optim, 'clipGradNorm', [weight], 1, { normType: 'inf' }),
  ],
  ['clipGradNorm([1], 1)', () => call(optim, 'clipGradNorm', [1], 1)],
  ['clipGradNorm(model, 1)', () => call(optim, 'clipGradNorm', { parameters: () => [weight] }, 1)],
  ['clipGradValue([weight])', () => call(optim, 'clipGradValue', [weight])],
  ['clipGradValue([weight], -1)', () => call(optim, 'clipGradValue', [weight], -1)],
]

describe.each([
  ['parameters', parameters],
  ['options', options],
  ['schedules', schedules],
  ['clipping', clipping],
] as const)('wrong %s', (_, calls) => {
  it.each(calls)('%s', async (_code, act) => {
    expect(await faultOf(act)).toBeNull()
  })
})

describe('errors tell the remedy', () => {
  it.each([
    [
      () => construct(SGD, [weight], 0.1),
      'SGD: expected options to be a plain object, got number 0.1; write { lr: 0.1 }',
    ],
    [
      () => construct(SGD, weight),
      'SGD: expected a list of parameters or of groups, got Tensor; write [parameter]',
    ],
    [
      () => construct(SGD, { parameters: () => [weight] }),
      'SGD: expected a list of parameters or of groups, got Object; write module.parameters()',
    ],
    [() => construct(SGD, []), 'SGD: expected at least one parameter, got an empty list'],
    [() => construct(SGD, [weight, weight]), 'SGD: expected each parameter once, got parameter 0 as 1, too'],
    [
      () => construct(Adam, [weight], { weight_decay: 1 }),
      'Adam: expected options among lr, betas, eps, weightDecay, amsgrad, maximize, decoupledWeightDecay, got weight_decay; did you mean weightDecay?',
    ],
    [
      () => construct(Adam, [weight], { fused: true }),
      "Adam: expected no option fused, which chooses among PyTorch's implementations; there is one here, so leave it out",
    ],
    [
      () => construct(Adam, [weight], { lr: tensor(1) }),
      'Adam: expected lr to be a number, got Tensor; its number is item()',
    ],
    [
      () => construct(Adam, [weight], { betas: [0.9, 1] }),
      'Adam: expected betas[1] to be at least 0 and less than 1, got 1',
    ],
    [
      () => construct(SGD, [tensor([1], { dtype: 'float16' })]),
      "SGD: expected parameter 0 to be float32 or float64, got float16; convert the module first: module.to('float32')",
    ],
  ])('$1', (act, message) => {
    expect(act).toThrow(message)
  })

  it('groups that a schedule does not know', () => {
    const adding = new SGD([ones([1])])
    const schedule = new optim.LambdaLR(adding, () => 1)
    adding.addParamGroup({ params: [ones([1])] })
    adding.step()
    expect(() => schedule.step()).toThrow(
      'LambdaLR.step: expected 1 parameter groups, as there were when the schedule was made, got 2; make schedules after the last addParamGroup',
    )
  })

  it('steps of a cycle that is over', () => {
    const schedule = new optim.OneCycleLR(new SGD([weight]), 0.1, { totalSteps: 2 })
    for (let step = 0; step < 2; step++) {
      schedule.optimizer.step()
      schedule.step()
    }
    expect(() => schedule.step()).toThrow(
      'OneCycleLR.step: expected at most 2 steps, its totalSteps, got 3; step() belongs after each batch, once',
    )
  })
})
