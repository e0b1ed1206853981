import { tensor, zeros } from '@unroll/tensor'
import { call, construct, faultOf, type WrongCall } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../src/index.ts'

// Wrong calls from plain JavaScript, as people make them who know PyTorch or guess. None is accepted, and none fails
// with an error of the JavaScript engine.

const {
  BatchNorm1d,
  Conv1d,
  Dropout,
  Embedding,
  Flatten,
  LayerNorm,
  Linear,
  LogSoftmax,
  MaxPool1d,
  Module,
  ModuleDict,
  ModuleList,
  Parameter,
  ReLU,
  Sequential,
  Sigmoid,
  Softmax,
  Tanh,
} = nn

const x = zeros([2, 4])
const linear = new Linear(4, 3)
const later = Promise.resolve(x)
const state = linear.stateDict()

const constructors: readonly WrongCall[] = [
  ['new Linear(4, 8, false)', () => construct(Linear, 4, 8, false)],
  ["new Linear('4', 8)", () => construct(Linear, '4', 8)],
  ["new Linear(4, '8')", () => construct(Linear, 4, '8')],
  ['new Linear(NaN, 8)', () => construct(Linear, Number.NaN, 8)],
  ['new Linear(4, Infinity)', () => construct(Linear, 4, Number.POSITIVE_INFINITY)],
  ['new Linear(-4, 8)', () => construct(Linear, -4, 8)],
  ['new Linear(4, -8)', () => construct(Linear, 4, -8)],
  ['new Linear(4.5, 8)', () => construct(Linear, 4.5, 8)],
  ['new Linear(4n, 8)', () => construct(Linear, 4n, 8)],
  ['new Linear()', () => construct(Linear)],
  ['new Linear(4)', () => construct(Linear, 4)],
  ['new Linear(null, 8)', () => construct(Linear, null, 8)],
  ['new Linear([4, 8])', () => construct(Linear, [4, 8])],
  [
    'new Linear({ inFeatures: 4, outFeatures: 8 })',
    () => construct(Linear, { inFeatures: 4, outFeatures: 8 }),
  ],
  ['new Linear(1e9, 1e9)', () => construct(Linear, 1e9, 1e9)],
  ['new Linear(4, 8, { biass: false })', () => construct(Linear, 4, 8, { biass: false })],
  ["new Linear(4, 8, { bias: 'no' })", () => construct(Linear, 4, 8, { bias: 'no' })],
  ['new Linear(4, 8, { bias: 0 })', () => construct(Linear, 4, 8, { bias: 0 })],
  ['new Linear(4, 8, { bias: null })', () => construct(Linear, 4, 8, { bias: null })],
  ["new Linear(4, 8, { dtype: 'float' })", () => construct(Linear, 4, 8, { dtype: 'float' })],
  ["new Linear(4, 8, { dtype: 'int64' })", () => construct(Linear, 4, 8, { dtype: 'int64' })],
  ['new Linear(4, 8, { dtype: 32 })', () => construct(Linear, 4, 8, { dtype: 32 })],
  ["new Linear(4, 8, { device: 'cuda' })", () => construct(Linear, 4, 8, { device: 'cuda' })],
  ['new Linear(4, 8, new Map())', () => construct(Linear, 4, 8, new Map())],
  ['new Linear(4, 8, [false])', () => construct(Linear, 4, 8, [false])],
  ["new Linear(4, 8, 'bias')", () => construct(Linear, 4, 8, 'bias')],
  ['new Linear(4, 8, promise)', () => construct(Linear, 4, 8, later)],
  ["new Embedding('10', 3)", () => construct(Embedding, '10', 3)],
  ['new Embedding(10)', () => construct(Embedding, 10)],
  ['new Embedding(-1, 3)', () => construct(Embedding, -1, 3)],
  ['new Embedding(10, 3, 0)', () => construct(Embedding, 10, 3, 0)],
  ['new Embedding(10, 3, { padding_idx: 0 })', () => construct(Embedding, 10, 3, { padding_idx: 0 })],
  ["new Embedding(10, 3, { paddingIdx: '0' })", () => construct(Embedding, 10, 3, { paddingIdx: '0' })],
  ['new Embedding(10, 3, { paddingIdx: 10 })', () => construct(Embedding, 10, 3, { paddingIdx: 10 })],
  [
    'new Embedding(2, 2, { weight: [[1, 2], [3, 4]] })',
    () => construct(Embedding, 2, 2, { weight: [[1, 2]] }),
  ],
  [
    'new Embedding(2, 2, { weight: of another shape })',
    () => construct(Embedding, 2, 2, { weight: zeros([3, 2]) }),
  ],
  ['new Embedding(10, 3, { max_norm: 1 })', () => construct(Embedding, 10, 3, { max_norm: 1 })],
  ['Embedding.fromPretrained([[1, 2]])', () => call(Embedding, 'fromPretrained', [[1, 2]])],
  ['Embedding.fromPretrained(zeros([3]))', () => call(Embedding, 'fromPretrained', zeros([3]))],
  ['Embedding.fromPretrained(table, false)', () => call(Embedding, 'fromPretrained', x, false)],
  [
    "Embedding.fromPretrained(table, { freeze: 'no' })",
    () => call(Embedding, 'fromPretrained', x, { freeze: 'no' }),
  ],
  ['Embedding.fromPretrained(promise)', () => call(Embedding, 'fromPretrained', later)],
  ["new Dropout('0.5')", () => construct(Dropout, '0.5')],
  ['new Dropout(2)', () => construct(Dropout, 2)],
  ['new Dropout(NaN)', () => construct(Dropout, Number.NaN)],
  ['new Dropout({ p: 0.5 })', () => construct(Dropout, { p: 0.5 })],
  ['new Dropout(0.5, true)', () => construct(Dropout, 0.5, true)],
  ['new Dropout(0.5, { in_place: true })', () => construct(Dropout, 0.5, { in_place: 'true' })],
  ['new Softmax()', () => construct(Softmax)],
  ["new Softmax('1')", () => construct(Softmax, '1')],
  ['new Softmax(1.5)', () => construct(Softmax, 1.5)],
  ['new Softmax({ dim: 1 })', () => construct(Softmax, { dim: 1 })],
  ['new LogSoftmax()', () => construct(LogSoftmax)],
  ['new LogSoftmax({ dim: 1 })', () => construct(LogSoftmax, { dim: 1 })],
  ['new ReLU(true)', () => construct(ReLU, true)],
  ['new ReLU({ inplace: 1 })', () => construct(ReLU, { inplace: 1 })],
  ["new Flatten('1')", () => construct(Flatten, '1')],
  ['new Flatten({ startDim: 1 })', () => construct(Flatten, { startDim: 1 })],
  ['new LayerNorm()', () => construct(LayerNorm)],
  ["new LayerNorm('5')", () => construct(LayerNorm, '5')],
  ['new LayerNorm(null)', () => construct(LayerNorm, null)],
  ['new LayerNorm([])', () => construct(LayerNorm, [])],
  ['new LayerNorm({ size: 5 })', () => construct(LayerNorm, { size: 5 })],
  ["new LayerNorm([3, '4'])", () => construct(LayerNorm, [3, '4'])],
  ['new LayerNorm(-5)', () => construct(LayerNorm, -5)],
  ['new LayerNorm(5, 1e-6)', () => construct(LayerNorm, 5, 1e-6)],
  [
    'new LayerNorm(5, { elementwise_affine: false })',
    () => construct(LayerNorm, 5, { elementwise_affine: false }),
  ],
  ["new LayerNorm(5, { eps: '1e-6' })", () => construct(LayerNorm, 5, { eps: '1e-6' })],
  ['new BatchNorm1d()', () => construct(BatchNorm1d)],
  ['new BatchNorm1d(-5)', () => construct(BatchNorm1d, -5)],
  ['new BatchNorm1d(5, 1e-6)', () => construct(BatchNorm1d, 5, 1e-6)],
  ["new BatchNorm1d(5, { momentum: '0.1' })", () => construct(BatchNorm1d, 5, { momentum: '0.1' })],
  [
    'new BatchNorm1d(5, { track_running_stats: false })',
    () => construct(BatchNorm1d, 5, { track_running_stats: false }),
  ],
  ['new Conv1d(1, 2)', () => construct(Conv1d, 1, 2)],
  ['new Conv1d(1, 2, [3])', () => construct(Conv1d, 1, 2, [3])],
  ['new Conv1d(1, 2, 3, 1)', () => construct(Conv1d, 1, 2, 3, 1)],
  ['new Conv1d(1, -2, 3)', () => construct(Conv1d, 1, -2, 3)],
  ["new Conv1d(1, 2, 3, { padding: 'full' })", () => construct(Conv1d, 1, 2, 3, { padding: 'full' })],
  ['new Conv1d(1, 2, 3, { padding: null })', () => construct(Conv1d, 1, 2, 3, { padding: null })],
  ['new Conv1d(1, 2, 3, { padding: -1 })', () => construct(Conv1d, 1, 2, 3, { padding: -1 })],
  [
    "new Conv1d(1, 2, 3, { padding: 'same', stride: 2 })",
    () => construct(Conv1d, 1, 2, 3, { padding: 'same', stride: 2 }),
  ],
  ['new Conv1d(1, 2, 3, { stride: 0 })', () => construct(Conv1d, 1, 2, 3, { stride: 0 })],
  ['new Conv1d(1, 2, 3, { dilation: 0 })', () => construct(Conv1d, 1, 2, 3, { dilation: 0 })],
  ['new Conv1d(1, 2, 3, { groups: 2 })', () => construct(Conv1d, 1, 2, 3, { groups: 2 })],
  ['new Conv1d(1, 2, 3, { groups: 0 })', () => construct(Conv1d, 1, 2, 3, { groups: 0 })],
  [
    "new Conv1d(1, 2, 3, { padding_mode: 'reflect' })",
    () => construct(Conv1d, 1, 2, 3, { padding_mode: 'reflect' }),
  ],
  [
    "new Conv1d(1, 2, 3, { paddingMode: 'mirror' })",
    () => construct(Conv1d, 1, 2, 3, { paddingMode: 'mirror' }),
  ],
  ['new MaxPool1d()', () => construct(MaxPool1d)],
  ["new MaxPool1d('2')", () => construct(MaxPool1d, '2')],
  ['new MaxPool1d(0)', () => construct(MaxPool1d, 0)],
  ['new MaxPool1d(2, 1)', () => construct(MaxPool1d, 2, 1)],
  ["new MaxPool1d(2, { stride: '1' })", () => construct(MaxPool1d, 2, { stride: '1' })],
  ['new MaxPool1d(2, { padding: 2 })', () => construct(MaxPool1d, 2, { padding: 2 })],
  ['new MaxPool1d(2, { return_indices: true })', () => construct(MaxPool1d, 2, { return_indices: true })],
  ['new Sequential([linear])', () => construct(Sequential, [linear])],
  ['new Sequential(linear, null)', () => construct(Sequential, linear, null)],
  ['new Sequential(Linear)', () => construct(Sequential, Linear)],
  ['new Sequential({ fc: linear })', () => construct(Sequential, { fc: linear })],
  ['new Sequential(new Map([...]))', () => construct(Sequential, new Map([['fc', linear]]))],
  ['new Sequential((x) => x)', () => construct(Sequential, (value: unknown) => value)],
  ['new ModuleList(linear)', () => construct(ModuleList, linear)],
  ['new ModuleList(linear, linear)', () => construct(ModuleList, linear, linear)],
  ['new ModuleList([1])', () => construct(ModuleList, [1])],
  ["new ModuleDict('fc')", () => construct(ModuleDict, 'fc')],
  ['new ModuleDict({ fc: 1 })', () => construct(ModuleDict, { fc: 1 })],
  ['new ModuleDict([linear])', () => construct(ModuleDict, [linear])],
  ['new Parameter([1, 2])', () => construct(Parameter, [1, 2])],
  ['new Parameter()', () => construct(Parameter)],
  ['new Parameter(x, { requiresGrad: false })', () => construct(Parameter, x, { requiresGrad: false })],
  ['new Parameter(tensor([1n]))', () => construct(Parameter, tensor([1n]))],
]

const losses = [
  'BCELoss',
  'BCEWithLogitsLoss',
  'CTCLoss',
  'CrossEntropyLoss',
  'HuberLoss',
  'KLDivLoss',
  'L1Loss',
  'MSELoss',
  'NLLLoss',
  'SmoothL1Loss',
].flatMap((name): WrongCall[] => {
  const Loss: new (...args: never[]) => InstanceType<typeof Module> = Reflect.get(nn, name)
  return [
    [`new ${name}('sum')`, () => construct(Loss, 'sum')],
    [`new ${name}({ reduction: 'avg' })`, () => construct(Loss, { reduction: 'avg' })],
    [`new ${name}({ reduce: false })`, () => construct(Loss, { reduce: false })],
    [`new ${name}(tensor([1, 2]))`, () => construct(Loss, x)],
    [`new ${name}().forward()`, () => call(new Loss(), 'forward')],
    [`new ${name}().forward(x)`, () => call(new Loss(), 'forward', x)],
    [`new ${name}().forward(x, 1)`, () => call(new Loss(), 'forward', x, 1)],
    [`new ${name}().forwardAsync(x, [0, 1])`, () => call(new Loss(), 'forwardAsync', x, [0, 1])],
  ]
})

const lossFunctions = [
  'binaryCrossEntropy',
  'binaryCrossEntropyWithLogits',
  'crossEntropy',
  'ctcLoss',
  'huberLoss',
  'klDiv',
  'l1Loss',
  'mseLoss',
  'nllLoss',
  'smoothL1Loss',
].flatMap((name): WrongCall[] => [
  [`${name}()`, () => call(nn, name)],
  [`${name}(x)`, () => call(nn, name, x)],
  [`${name}(x, promise)`, () => call(nn, name, x, later)],
  [`${name}([1, 2], x)`, () => call(nn, name, [1, 2], x)],
  [`${name}(x, x, 'sum')`, () => call(nn, name, x, x, 'sum')],
  [`${name}(x, x, { reduction: 'avg' })`, () => call(nn, name, x, x, { reduction: 'avg' })],
  [`${name}(x, x, { ignore_index: 1 })`, () => call(nn, name, x, x, { ignore_index: 1 })],
])

const layers: Readonly<Record<string, InstanceType<typeof Module>>> = {
  Linear: linear,
  Embedding: new Embedding(4, 2),
  Dropout: new Dropout(),
  Softmax: new Softmax(1),
  LogSoftmax: new LogSoftmax(1),
  ReLU: new ReLU(),
  Tanh: new Tanh(),
  Sigmoid: new Sigmoid(),
  Flatten: new Flatten(),
  LayerNorm: new LayerNorm(4),
  BatchNorm1d: new BatchNorm1d(4),
  Conv1d: new Conv1d(4, 2, 3),
  MaxPool1d: new MaxPool1d(2),
  Sequential: new Sequential(linear),
}

const inputs: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  '[1, 2]': [1, 2],
  '3': 3,
  "'x'": 'x',
  'a typed array': new Float32Array(4),
  'what an LSTM returns': [x, [x, x]],
  'a promise': later,
  'a Map': new Map(),
  'a module': linear,
  'a function': () => x,
}

const forwards = Object.entries(layers).flatMap(([name, layer]) =>
  Object.entries(inputs).flatMap(([what, input]): WrongCall[] => [
    [`${name}.forward(${what})`, () => call(layer, 'forward', input)],
    [`${name}.forwardAsync(${what})`, () => call(layer, 'forwardAsync', input)],
  ]),
)

const methods: readonly WrongCall[] = [
  ['linear.forward(of another width)', () => linear.forward(zeros([2, 5]))],
  ["linear.forward(x.to('float64'))", () => linear.forward(x.to('float64'))],
  ["linear.forward(x.to('int64'))", () => linear.forward(x.to('int64'))],
  ["linear.to('cuda')", () => call(linear, 'to', 'cuda')],
  ["linear.to('int64')", () => call(linear, 'to', 'int64')],
  ["linear.to('wasm')", () => call(linear, 'to', 'wasm')],
  ['linear.to()', () => call(linear, 'to')],
  ['linear.to(null)', () => call(linear, 'to', null)],
  ['linear.to(createGpu())', () => call(linear, 'to', later)],
  ["linear.to({ kind: 'host' })", () => call(linear, 'to', { kind: 'host' })],
  ["linear.to({ dtype: 'float64' })", () => call(linear, 'to', { dtype: 'float64' })],
  ["linear.train('no')", () => call(linear, 'train', 'no')],
  ['linear.train(0)', () => call(linear, 'train', 0)],
  ['linear.requiresGrad_(0)', () => call(linear, 'requiresGrad_', 0)],
  ['linear.apply()', () => call(linear, 'apply')],
  ['linear.apply(linear)', () => call(linear, 'apply', linear)],
  ['linear.registerForwardHook()', () => call(linear, 'registerForwardHook')],
  ["linear.registerForwardHook('print')", () => call(linear, 'registerForwardHook', 'print')],
  ['linear.registerForwardHook(fn, true)', () => call(linear, 'registerForwardHook', () => undefined, true)],
  [
    'linear.registerForwardHook(fn, { prepended: true })',
    () => call(linear, 'registerForwardHook', () => undefined, { prepended: true }),
  ],
  ['linear.registerForwardPreHook({})', () => call(linear, 'registerForwardPreHook', {})],
  [
    "linear.registerForwardPreHook(fn, { prepend: 'yes' })",
    () => call(linear, 'registerForwardPreHook', () => undefined, { prepend: 'yes' }),
  ],
  ['linear.registerParameter(parameter)', () => call(linear, 'registerParameter', linear.weight)],
  ["linear.registerParameter('scale', x)", () => call(linear, 'registerParameter', 'scale', x)],
  ["linear.registerParameter('scale')", () => call(linear, 'registerParameter', 'scale')],
  ["linear.registerBuffer('steps', [1])", () => call(linear, 'registerBuffer', 'steps', [1])],
  ["linear.registerBuffer('steps', x, false)", () => call(linear, 'registerBuffer', 'steps', x, false)],
  ["linear.registerModule('child', Linear)", () => call(linear, 'registerModule', 'child', Linear)],
  ["linear.registerModule('a.b', linear)", () => call(linear, 'registerModule', 'a.b', linear)],
  ['linear.parameters(false)', () => call(linear, 'parameters', false)],
  ['linear.buffers({ recursive: false })', () => call(linear, 'buffers', { recursive: false })],
  ["linear.namedParameters('encoder')", () => call(linear, 'namedParameters', 'encoder')],
  [
    'linear.namedParameters({ remove_duplicate: false })',
    () => call(linear, 'namedParameters', { remove_duplicate: false }),
  ],
  ['linear.namedModules({ recurse: false })', () => call(linear, 'namedModules', { recurse: false })],
  ['linear.namedBuffers({ prefix: 3 })', () => call(linear, 'namedBuffers', { prefix: 3 })],
  ['linear.getParameter()', () => call(linear, 'getParameter')],
  ['linear.getParameter(0)', () => call(linear, 'getParameter', 0)],
  ["linear.getParameter('weigth')", () => call(linear, 'getParameter', 'weigth')],
  ['linear.getSubmodule(0)', () => call(linear, 'getSubmodule', 0)],
  ['linear.getBuffer(null)', () => call(linear, 'getBuffer', null)],
  ["linear.stateDict('encoder.')", () => call(linear, 'stateDict', 'encoder.')],
  ['linear.stateDict({ keepVars: true })', () => call(linear, 'stateDict', { keepVars: true })],
  ['linear.loadStateDict()', () => call(linear, 'loadStateDict')],
  ["linear.loadStateDict('model.pt')", () => call(linear, 'loadStateDict', 'model.pt')],
  ['linear.loadStateDict(loadWeights(file))', () => call(linear, 'loadStateDict', Promise.resolve(state))],
  ['linear.loadStateDict(linear)', () => call(linear, 'loadStateDict', linear)],
  ['linear.loadStateDict([...state])', () => call(linear, 'loadStateDict', [...state])],
  ['linear.loadStateDict(bytes)', () => call(linear, 'loadStateDict', new Uint8Array(8))],
  ['linear.loadStateDict(state, true)', () => call(linear, 'loadStateDict', state, true)],
  ['linear.loadStateDict(state, false)', () => call(linear, 'loadStateDict', state, false)],
  ["linear.loadStateDict(state, 'module.')", () => call(linear, 'loadStateDict', state, 'module.')],
  [
    'linear.loadStateDict(state, { strickt: false })',
    () => call(linear, 'loadStateDict', state, { strickt: false }),
  ],
  [
    'linear.loadStateDict(state, { prefix: null })',
    () => call(linear, 'loadStateDict', state, { prefix: null }),
  ],
  ['linear.loadStateDict({ weight: [[1]] })', () => call(linear, 'loadStateDict', { weight: [[1]] })],
  ['new Module().forward()', () => call(new Module(), 'forward')],
  ["sequential.at('0')", () => call(new Sequential(linear), 'at', '0')],
  ['sequential.at(1)', () => new Sequential(linear).at(1)],
  ['sequential.stream(2)', () => call(new Sequential(linear), 'stream', 2)],
  ['sequential.stream().step(x)', () => call(new Sequential(linear).stream(), 'step', x)],
  ['list.append(Linear)', () => call(new ModuleList(), 'append', Linear)],
  ['list.extend(linear)', () => call(new ModuleList(), 'extend', linear)],
  ["list.insert('0', linear)", () => call(new ModuleList(), 'insert', '0', linear)],
  ['dict.get(0)', () => call(new ModuleDict(), 'get', 0)],
  ["dict.set('fc', 3)", () => call(new ModuleDict(), 'set', 'fc', 3)],
  ['dict.update(null)', () => call(new ModuleDict(), 'update', null)],
]

const functions: readonly WrongCall[] = [
  'uniform_',
  'normal_',
  'constant_',
  'ones_',
  'zeros_',
  'xavierUniform_',
  'xavierNormal_',
  'kaimingUniform_',
  'kaimingNormal_',
  'orthogonal_',
].flatMap((name): WrongCall[] => [
  [`${name}([1, 2])`, () => call(nn, name, [1, 2])],
  [`${name}()`, () => call(nn, name)],
  [`${name}(linear)`, () => call(nn, name, linear)],
])

const options: readonly WrongCall[] = [
  ["uniform_(x, '0')", () => call(nn, 'uniform_', x, '0')],
  ['uniform_(x, { a: 0, b: 1 })', () => call(nn, 'uniform_', x, { a: 0, b: 1 })],
  ['uniform_(x, 0, 1, 42)', () => call(nn, 'uniform_', x, 0, 1, 42)],
  ['normal_(x, 0, NaN)', () => call(nn, 'normal_', x, 0, Number.NaN)],
  ['normal_(x, 0, 1, { seed: 1 })', () => call(nn, 'normal_', x, 0, 1, { seed: 1 })],
  ['constant_(x)', () => call(nn, 'constant_', x)],
  ['xavierUniform_(x, 2)', () => call(nn, 'xavierUniform_', x, 2)],
  ["xavierNormal_(x, { gain: '2' })", () => call(nn, 'xavierNormal_', x, { gain: '2' })],
  ['xavierUniform_(zeros([3]))', () => call(nn, 'xavierUniform_', zeros([3]))],
  ['kaimingUniform_(x, Math.sqrt(5))', () => call(nn, 'kaimingUniform_', x, Math.sqrt(5))],
  ["kaimingUniform_(x, { mode: 'fanIn' })", () => call(nn, 'kaimingUniform_', x, { mode: 'fanIn' })],
  [
    "kaimingNormal_(x, { nonlinearity: 'swish' })",
    () => call(nn, 'kaimingNormal_', x, { nonlinearity: 'swish' }),
  ],
  ['orthogonal_(x, 2)', () => call(nn, 'orthogonal_', x, 2)],
  ['calculateGain()', () => call(nn, 'calculateGain')],
  ["calculateGain('leaky_relu', '0.1')", () => call(nn, 'calculateGain', 'leaky_relu', '0.1')],
  ['engineOf()', () => call(nn, 'engineOf')],
  ['hostEngineOf()', () => call(nn, 'hostEngineOf')],
  ['onOwnEngine(linear)', () => call(nn, 'onOwnEngine', linear)],
  ['onOwnEngine()', () => call(nn, 'onOwnEngine', null, () => x)],
  ["residentOf('linear', 'weights', make)", () => call(nn, 'residentOf', 'linear', 'weights', () => x)],
  ["residentOf(linear, 'weights')", () => call(nn, 'residentOf', linear, 'more weights')],
  ['checkedOptions()', () => call(nn, 'checkedOptions', 'f', 3, {})],
  ['checkSize()', () => call(nn, 'checkSize', 'f', 'size')],
  ['skipInit(linear)', () => call(nn, 'skipInit', linear)],
  ['gradientNorms(x)', () => call(nn, 'gradientNorms', x)],
  ['gradientNorms()', () => call(nn, 'gradientNorms')],
  ["stateTensors('f', null)", () => call(nn, 'stateTensors', 'f', null)],
]

describe.each([
  ['constructors', constructors],
  ['forward', forwards],
  ['methods', methods],
  ['functions', [...functions, ...options]],
  ['losses', [...losses, ...lossFunctions]],
] as const)('wrong calls: %s', (_, calls) => {
  it.each(calls)('%s', async (_code, act) => {
    expect(await faultOf(act)).toBeNull()
  })
})

it('every class and function is among them', () => {
  const all = [
    ...constructors,
    ...forwards,
    ...methods,
    ...functions,
    ...options,
    ...losses,
    ...lossFunctions,
  ]
  const codes = all.map(([code]) => code)
  // These take any value: unknown values, or values of an engine.
  const open = ['DeviceTensor', 'deviceArray', 'Identity', 'Resident', 'StateDictError']
  for (const name of Object.keys(nn)) {
    if (!open.includes(name))
      expect(
        codes.some((code) => code.includes(name)),
        name,
      ).toBe(true)
  }
})
