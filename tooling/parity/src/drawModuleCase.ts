/** Random configurations of the recurrent modules. */
import type { Chooser } from './chooser.ts'
import { drawBackward, fittingBackward, simplerBackwards } from './drawBackward.ts'
import { type Mistake, mistakes } from './mistakes.ts'
import type { ModuleCase } from './moduleCase.ts'
import type { Draw, ModulePlan, Options } from './plan.ts'

/** Keeps a gate's sums below about 16. Sums of 100 would lose more digits to rounding than the tolerance allows. */
const scales = [0.01, 1, 1, 1, 4, 16]
const names = [
  ...(['RNN', 'LSTM', 'GRU', 'RNN', 'LSTM', 'GRU', 'RNN', 'LSTM', 'GRU'] as const),
  ...(['RNNCell', 'LSTMCell', 'GRUCell', 'RNNCell', 'LSTMCell', 'GRUCell', 'RNNBase'] as const),
] as const
/** 1e30 saturates every gate, and no two of them cancel to something between. */
const specialValues = ['nan', 'inf', '-inf', '-0.0', '1e-40', '-1e-310', '1e30', '-1e30']

/** A case that only runs forward, or one that runs back too. */
export function drawModuleCase(choose: Chooser, seed: number, drawsDropout: boolean): ModuleCase {
  const plain = drawForward(choose, seed, drawsDropout)
  if (plain.name === 'RNNBase') return plain
  if (choose.chance(0.3)) {
    const possible = mistakes.filter(({ applies }) => applies(plain))
    return { ...plain, mistake: choose.pick(possible).name }
  }
  if (plain.specials.length > 0 || choose.chance(0.3)) return plain
  return withBackward(choose, plain)
}

/** A case that runs back. */
export function drawTrainingCase(choose: Chooser, seed: number, drawsDropout: boolean): ModuleCase {
  const drawn = drawForward(choose, seed, drawsDropout)
  const plain = { ...drawn, specials: [], name: drawn.name === 'RNNBase' ? 'LSTM' : drawn.name } as const
  return withBackward(choose, plain)
}

/**
 * Of a gate whose sum is far from 0, float32 has no digits left for the slope: `1 - n * n` of an n next to 1. Then PyTorch's own
 * gradients are wrong by more than the tolerance.
 */
function withBackward(choose: Chooser, plain: ModuleCase): ModuleCase {
  const { dtype, inputSize, hiddenSize } = plain
  const most = dtype === 'float32' ? 2 * Math.sqrt(hiddenSize / inputSize) : plain.scale
  const scale = [plain.scale, 1].find((each) => each <= most) ?? 0.01
  return { ...plain, scale, backward: drawBackward(choose, plain) }
}

function drawForward(choose: Chooser, seed: number, drawsDropout: boolean): ModuleCase {
  const name = choose.pick(names)
  const [inputSize, hiddenSize] = [choose.size(), choose.size()]
  const batched = choose.chance(0.8)
  const N = choose.chance(0.06) ? 0 : choose.int(1, 9)
  const T = choose.chance(0.05) ? choose.int(13, 60) : choose.int(1, 12)
  const isCell = name.endsWith('Cell')
  const packed = !isCell && batched && N > 0 && choose.chance(0.35)
  const enforceSorted = choose.chance(0.5)
  const lengths = packed ? Array.from({ length: N }, () => choose.int(1, T)) : null
  if (lengths && enforceSorted) lengths.sort((a, b) => b - a)
  const dropout = drawsDropout && choose.chance(0.3) ? choose.pick([0.1, 0.5, 1]) : 0
  const nonlinearity = choose.pick(['tanh', 'relu'] as const)
  const isRelu = /^RNN(Cell)?$/.test(name) && nonlinearity === 'relu'
  return {
    family: 'module',
    seed,
    name,
    inputSize,
    hiddenSize,
    numLayers: choose.pick([1, 1, 2, 3]),
    nonlinearity,
    bias: choose.chance(0.75),
    batchFirst: choose.chance(0.4),
    dropout,
    training: choose.chance(0.5),
    bidirectional: choose.chance(0.4),
    projSize: name === 'LSTM' && hiddenSize > 1 && choose.chance(0.3) ? choose.int(1, hiddenSize - 1) : 0,
    dtype: choose.pick(['float32', 'float32', 'float64']),
    batched,
    T,
    N: batched ? N : 1,
    lengths,
    enforceSorted,
    givenState: choose.chance(0.5),
    // What no gate bounds grows with the input, and rounding with it.
    scale: isRelu
      ? 1
      : choose.pick(scales.filter((scale) => scale <= 16 * Math.sqrt(hiddenSize / inputSize))),
    specials: choose.chance(0.2)
      ? Array.from({ length: choose.int(1, 3) }, () => [
          choose.int(0, 9999),
          choose.pick(isRelu ? specialValues.slice(0, -2) : specialValues),
        ])
      : [],
    mistake: null,
    backward: null,
  }
}

/** The plan that both sides run. */
export function modulePlan(given: ModuleCase): ModulePlan {
  const plan = plainPlan(given)
  const mistake = mistakeOf(given)
  return mistake ? mistake.make(plan, given) : plan
}

function mistakeOf(given: ModuleCase): Mistake | undefined {
  return mistakes.find((mistake) => mistake.name === given.mistake && mistake.applies(given))
}

function plainPlan(given: ModuleCase): ModulePlan {
  const { seed, name, inputSize, hiddenSize, dtype, batched, T, N, lengths, enforceSorted, batchFirst } =
    given
  const options: Record<string, unknown> = {}
  if (!given.bias) options['bias'] = false
  if (dtype !== 'float32') options['dtype'] = dtype
  if (/^RNN(Cell)?$/.test(name) && given.nonlinearity !== 'tanh') options['nonlinearity'] = given.nonlinearity
  const H = given.projSize || hiddenSize
  const draw = (shape: readonly number[], scale = 1): Draw => ({ shape, dtype, scale })

  if (isCell(given)) {
    const state = draw(batched ? [N, hiddenSize] : [hiddenSize])
    return {
      family: 'module',
      seed,
      construct: { name, args: [inputSize, hiddenSize], options },
      training: given.training,
      input: { ...draw(batched ? [N, inputSize] : [inputSize], given.scale), specials: given.specials },
      pack: null,
      hx: given.givenState ? (name === 'LSTMCell' ? [state, state] : state) : null,
      backward: fittingBackward(given),
    }
  }

  if (given.numLayers !== 1) options['numLayers'] = given.numLayers
  if (batchFirst) options['batchFirst'] = true
  if (given.dropout !== 0) options['dropout'] = given.dropout
  if (given.bidirectional) options['bidirectional'] = true
  if (given.projSize !== 0) options['projSize'] = given.projSize
  const steps = batchFirst ? [N, T] : [T, N]
  if (name === 'RNNBase') {
    // It has no forward of its own in PyTorch; its mode is drawn with the nonlinearity.
    const args = [given.nonlinearity === 'relu' ? 'GRU' : 'LSTM', inputSize, hiddenSize]
    return {
      family: 'module',
      seed,
      construct: { name, args, options },
      training: false,
      input: null,
      pack: null,
      hx: null,
      backward: null,
    }
  }
  const layers = given.numLayers * (given.bidirectional ? 2 : 1)
  const lead = batched ? [layers, N] : [layers]
  const h0 = draw([...lead, H])
  return {
    family: 'module',
    seed,
    construct: { name, args: [inputSize, hiddenSize], options },
    training: given.training,
    input: {
      ...draw([...(batched ? steps : [T]), inputSize], given.scale),
      specials: given.specials,
    },
    pack: lengths && packOptions(lengths, batchFirst, enforceSorted),
    hx: given.givenState ? (name === 'LSTM' ? [h0, draw([...lead, hiddenSize])] : h0) : null,
    backward: fittingBackward(given),
  }
}

function packOptions(lengths: readonly number[], batchFirst: boolean, enforceSorted: boolean): Options {
  return { lengths, ...(batchFirst && { batchFirst }), ...(!enforceSorted && { enforceSorted }) }
}

function isCell({ name }: ModuleCase): boolean {
  return name.endsWith('Cell')
}

/** Cases in which one fact is simpler. The first ones take the biggest steps. */
export function simplerModuleCases(given: ModuleCase): ModuleCase[] {
  const simpler: ModuleCase[] = []
  const vary = (change: Partial<ModuleCase>): void => {
    simpler.push({ ...given, ...change })
  }
  const lengthsFor = (N: number, T: number): Partial<ModuleCase> => ({
    N,
    T,
    lengths: given.lengths?.slice(0, N).map((length) => Math.min(length, T)) ?? null,
  })
  if (given.backward) for (const backward of simplerBackwards(given.backward)) vary({ backward })
  if (given.lengths) vary({ lengths: null })
  if (given.givenState) vary({ givenState: false })
  if (given.numLayers > 1) vary({ numLayers: 1 })
  if (given.bidirectional) vary({ bidirectional: false })
  if (given.batchFirst) vary({ batchFirst: false })
  if (given.dropout) vary({ dropout: 0 })
  if (given.training) vary({ training: false })
  if (given.projSize) vary({ projSize: 0 })
  if (!given.bias) vary({ bias: true })
  if (given.dtype !== 'float32') vary({ dtype: 'float32' })
  if (given.nonlinearity !== 'tanh') vary({ nonlinearity: 'tanh' })
  if (!given.enforceSorted && given.lengths)
    vary({ enforceSorted: true, lengths: given.lengths.toSorted((a, b) => b - a) })
  if (given.scale !== 1) vary({ scale: 1 })
  given.specials.forEach((_, index) => {
    vary({ specials: given.specials.toSpliced(index, 1) })
  })
  for (const size of below(given.T)) vary(lengthsFor(given.N, size))
  for (const size of below(given.N)) vary(lengthsFor(size, given.T))
  for (const inputSize of below(given.inputSize)) vary({ inputSize })
  for (const hiddenSize of below(given.hiddenSize)) if (hiddenSize > given.projSize) vary({ hiddenSize })
  for (const projSize of below(given.projSize)) vary({ projSize })
  if (given.numLayers > 2) vary({ numLayers: given.numLayers - 1 })
  const mistake = mistakeOf(given)
  return mistake ? simpler.filter((each) => mistake.applies(each)) : simpler
}

/** Smaller sizes to try: 1, the half, one less. */
export function below(size: number): number[] {
  return [...new Set([1, Math.floor(size / 2), size - 1])].filter((smaller) => smaller > 0 && smaller < size)
}
