/** Seeded draws: the same seed must give PyTorch's values, bit for bit. Each function draws a million. */
import * as nn from '@unroll/nn'
import {
  bernoulli,
  cat,
  defaultGenerator,
  Generator,
  manualSeed,
  multinomial,
  noGrad,
  rand,
  randint,
  randn,
  randperm,
  Tensor,
  zeros,
} from '@unroll/tensor'
import { allclose } from '@unroll/testing'
import type { Oracle } from './oracle.ts'
import type { Options } from './plan.ts'
import { construct } from './runPlan.ts'

type DrawnDType = 'float32' | 'float64' | 'int64' | 'int32' | 'uint8'

/** A function that both sides call; see drawn_by in oracle.py. */
export interface DrawPlan {
  readonly op: string
  readonly dtype: DrawnDType
  readonly shape: readonly number[]
  readonly args: readonly number[]
  readonly options: Options
  /** How often the function is called. Its results are compared as one list. */
  readonly repeat: number
  /** The class, if the function is `module`. */
  readonly name: string
  /** Units in the last place that may differ: JavaScript's log, sin and cos are not those of glibc. */
  readonly ulp: number
  /** Compared instead of bits, where a decomposition changes the last ones. */
  readonly tolerance: number | null
}

export interface DrawResult {
  readonly title: string
  readonly count: number
  /** Values with other bits than PyTorch's. */
  readonly different: number
  /** The most units in the last place by which one differs. */
  readonly maxUlp: number
  /** Why the comparison failed; null if it did not. */
  readonly failure: string | null
}

const many = [1000, 1003]
const plain = { args: [], options: {}, repeat: 1, name: '', ulp: 0, tolerance: null, shape: many } as const

/** A float64 normal draw goes through log, sin and cos. */
const normalUlp = (dtype: DrawnDType): number => (dtype === 'float64' ? 4 : 0)
/** After scaling by a std, a difference can cross into another binade, where a unit is half as large. */
const scaledUlp = (dtype: DrawnDType): number => 2 * normalUlp(dtype)

const ofFloats = (['float32', 'float64'] as const).flatMap((dtype): DrawPlan[] => {
  const normal = { ...plain, dtype, ulp: normalUlp(dtype) }
  const scaled = { ...plain, dtype, ulp: scaledUlp(dtype) }
  const uniform = { ...plain, dtype }
  const module = (name: string, args: readonly number[], options: Options = {}): DrawPlan => ({
    ...uniform,
    op: 'module',
    name,
    args,
    options: { ...options, ...(dtype === 'float64' && { dtype }) },
  })
  return [
    { ...uniform, op: 'rand' },
    { ...uniform, op: 'uniform_', args: [-0.1, 0.3] },
    { ...uniform, op: 'uniform_', args: [-1000, 1e-3] },
    { ...normal, op: 'randn' },
    { ...normal, op: 'randn', shape: [17], repeat: 60_000 },
    { ...normal, op: 'randn', shape: [7], repeat: 150_000 },
    { ...scaled, op: 'normal_', args: [2, 0.05] },
    // In float64 the mean is 0: a draw that nearly cancels another mean has few digits left to compare.
    { ...scaled, op: 'transposed normal_', args: [dtype === 'float32' ? -3 : 0, 7] },
    { ...uniform, op: 'bernoulli_', args: [0.3] },
    { ...uniform, op: 'bernoulli' },
    { ...uniform, op: 'dropout', args: [0.3] },
    { ...uniform, op: 'multinomial', shape: [300], args: [1_000_000], options: { replacement: true } },
    { ...uniform, op: 'multinomial', shape: [1000, 1100], args: [1000] },
    { ...uniform, op: 'multinomial', shape: [1000, 3], args: [1], repeat: 1000 },
    { ...uniform, op: 'xavierUniform_', options: { gain: 2 } },
    { ...scaled, op: 'xavierNormal_' },
    { ...uniform, op: 'kaimingUniform_', options: { a: 0.2, mode: 'fan_out' } },
    { ...scaled, op: 'kaimingNormal_', options: { nonlinearity: 'relu' } },
    { ...normal, op: 'orthogonal_', shape: [120, 90], tolerance: dtype === 'float32' ? 1e-5 : 1e-12 },
    module('LSTM', [256, 256], { numLayers: 2 }),
    module('LSTM', [300, 320], { bidirectional: true, projSize: 100 }),
    module('GRU', [300, 300], { numLayers: 2 }),
    module('RNN', [700, 800]),
    module('RNNCell', [700, 800]),
    module('LSTMCell', [300, 550]),
    module('GRUCell', [300, 500]),
    module('Linear', [1000, 1001]),
    { ...module('Embedding', [1000, 1003]), ulp: normalUlp(dtype) },
  ]
})

const ofIntegers: readonly DrawPlan[] = [
  { ...plain, dtype: 'int64', op: 'randint', args: [-10, 1000] },
  { ...plain, dtype: 'int64', op: 'randint', args: [0, 2 ** 40] },
  { ...plain, dtype: 'int32', op: 'randint', args: [-(2 ** 31), 2 ** 31 - 1] },
  { ...plain, dtype: 'uint8', op: 'randint', args: [0, 256] },
  { ...plain, dtype: 'float32', op: 'randint', args: [0, 100] },
  { ...plain, dtype: 'int64', op: 'randperm', shape: [], args: [1_000_003] },
  { ...plain, dtype: 'int64', op: 'randperm', shape: [], args: [11], repeat: 100_000 },
]

export const drawPlans: readonly DrawPlan[] = [...ofFloats, ...ofIntegers]

/** On Intel's processors PyTorch takes these draws from MKL. They cannot be compared there. */
export function isDropout({ op }: DrawPlan): boolean {
  return op === 'dropout' || op === 'bernoulli_'
}

/** Draws on both sides from one seed, then once more from the other side's state. */
export async function compareDraws(oracle: Oracle, plan: DrawPlan, seed: number): Promise<DrawResult> {
  manualSeed(seed)
  // A single normal draw leaves half a pair in the generator, which the states have to carry.
  rand([5])
  randn([3])
  const before = defaultGenerator().getState()
  const ours = drawAll(plan)
  const state = defaultGenerator().getState()
  const torch = await oracle.ask('draws', { ...plan, seed, state: [...before] })
  const [want, after] = [torch['values'], torch['state']]
  if (!(want instanceof Tensor) || !(after instanceof Tensor)) throw new TypeError('oracle: expected tensors')
  const { different, maxUlp } = distance(ours, want)
  const found: string[] = []
  if (ours.dtype !== want.dtype) found.push(`expected ${want.dtype}, got ${ours.dtype}`)
  if (ours.numel !== want.numel) found.push(`expected ${want.numel} values, got ${ours.numel}`)
  if (plan.tolerance !== null) {
    const { pass, message } = allclose(ours, want, { rtol: plan.tolerance, atol: plan.tolerance })
    if (!pass) found.push(message)
  } else if (maxUlp > plan.ulp)
    found.push(`${different} of ${want.numel} values differ, by up to ${maxUlp} ulp`)
  const theirs = new Generator().setState(Uint8Array.from(after.data, Number))
  if (!Buffer.from(theirs.getState()).equals(state))
    found.push('the generator is in another state afterwards')
  return { title: titleOf(plan), count: want.numel, different, maxUlp, failure: found.join('; ') || null }
}

function drawAll(plan: DrawPlan): Tensor {
  return noGrad(() =>
    cat(
      Array.from({ length: plan.repeat }, () => drawOnce(plan))
        .flat()
        .map((tensor) => tensor.flatten()),
    ),
  )
}

function drawOnce({ op, dtype, shape, args, options, name }: DrawPlan): Tensor | Tensor[] {
  const [a = 0, b = 0] = args
  switch (op) {
    case 'rand':
      return rand(shape, { dtype })
    case 'randn':
      return randn(shape, { dtype })
    case 'uniform_':
      return zeros(shape, { dtype }).uniform_(a, b)
    case 'normal_':
      return zeros(shape, { dtype }).normal_(a, b)
    case 'transposed normal_':
      return zeros(shape, { dtype }).t().normal_(a, b)
    case 'bernoulli_':
      return zeros(shape, { dtype }).bernoulli_(a)
    case 'bernoulli':
      return bernoulli(rand(shape, { dtype }))
    case 'randint':
      return randint(a, b, shape, { dtype })
    case 'randperm':
      return randperm(a, { dtype })
    case 'multinomial':
      return multinomial(rand(shape, { dtype }), a, options)
    case 'dropout':
      return new nn.Dropout(a).forward(zeros(shape, { dtype }).fill_(1))
    case 'module':
      return [...construct({ name, args, options }).stateDict().values()]
    default:
      return initialised(op, zeros(shape, { dtype }), options)
  }
}

const inits = {
  xavierUniform_: nn.xavierUniform_,
  xavierNormal_: nn.xavierNormal_,
  kaimingUniform_: nn.kaimingUniform_,
  kaimingNormal_: nn.kaimingNormal_,
  orthogonal_: nn.orthogonal_,
}

function initialised(op: string, tensor: Tensor, options: Options): Tensor {
  const init = Object.entries(inits).find(([name]) => name === op)?.[1]
  if (!init) throw new Error(`no draw ${op}`)
  return init(tensor, options)
}

/** How many elements have different bits, and by how many units in the last place at most. */
function distance(got: Tensor, want: Tensor): { different: number; maxUlp: number } {
  let [different, maxUlp] = [0, 0]
  const [a, b] = [got.data, want.data]
  const isDouble = want.dtype === 'float64'
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i], b[i]]
    if (Object.is(x, y)) continue
    different++
    maxUlp = Math.max(maxUlp, isDouble ? ulps(Number(x), Number(y)) : Infinity)
  }
  return { different, maxUlp }
}

function ulps(x: number, y: number): number {
  const bits = new BigInt64Array(Float64Array.of(x, y).buffer)
  // In two's complement, so that the numbers next to zero on both sides are neighbours.
  const [a = 0n, b = 0n] = Array.from(bits, (pattern) => (pattern < 0n ? -(2n ** 63n) - pattern : pattern))
  return Number(a > b ? a - b : b - a)
}

/** The call, for a person. */
export function titleOf({ op, name, dtype, shape, args, options, repeat }: DrawPlan): string {
  const words = Object.entries(options)
    .filter(([option]) => option !== 'dtype')
    .map(([option, value]) => `${option}=${String(value)}`)
  const inner = op === 'module' ? [...args, ...words] : [`[${shape.join(', ')}]`, ...args, ...words]
  return `${op === 'module' ? name : op}(${inner.join(', ')}) ${dtype}${repeat > 1 ? ` x ${repeat}` : ''}`
}
