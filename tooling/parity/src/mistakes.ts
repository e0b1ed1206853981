/** Wrong arguments. Both sides must refuse them alike, or differences.ts must have the difference. */
import type { ModuleCase } from './moduleCase.ts'
import type { Draw, ModulePlan } from './plan.ts'

export interface Mistake {
  readonly name: string
  applies(given: ModuleCase): boolean
  make(plan: ModulePlan, given: ModuleCase): ModulePlan
}

const always = (): boolean => true
const ofSequence = ({ name }: ModuleCase): boolean => !name.endsWith('Cell')
const ofCell = ({ name }: ModuleCase): boolean => name.endsWith('Cell')
const withState = ({ givenState }: ModuleCase): boolean => givenState
const packed = ({ lengths }: ModuleCase): boolean => lengths !== null
const padded = ({ lengths }: ModuleCase): boolean => lengths === null

/** Replaces an option. */
function option(name: string, value: unknown, applies: Mistake['applies'] = ofSequence): Mistake {
  return {
    name: `${name}: ${JSON.stringify(value)}`,
    applies,
    make: (plan) => {
      const { construct } = plan
      return { ...plan, construct: { ...construct, options: { ...construct.options, [name]: value } } }
    },
  }
}

/** Replaces a size. */
function size(index: 0 | 1, value: unknown): Mistake {
  return {
    name: `${index === 0 ? 'inputSize' : 'hiddenSize'}: ${JSON.stringify(value)}`,
    applies: always,
    make: (plan) => ({
      ...plan,
      construct: { ...plan.construct, args: plan.construct.args.with(index, value) },
    }),
  }
}

function input(name: string, change: (input: Draw) => Draw, applies: Mistake['applies'] = always): Mistake {
  return {
    name: `input ${name}`,
    applies,
    make: (plan) => ({ ...plan, input: plan.input && change(plan.input) }),
  }
}

/** Changes every state, or only the one at `only`. */
function state(
  name: string,
  change: (state: Draw) => Draw,
  { only, applies = withState }: { only?: number; applies?: Mistake['applies'] } = {},
): Mistake {
  return {
    name: `state ${name}`,
    applies,
    make: (plan) => {
      const { hx } = plan
      if (hx === null || isDraw(hx)) return { ...plan, hx: hx && change(hx) }
      return { ...plan, hx: hx.map((each, i) => (only === undefined || i === only ? change(each) : each)) }
    },
  }
}

function hx(
  name: string,
  change: (plan: ModulePlan) => ModulePlan['hx'],
  applies: Mistake['applies'],
): Mistake {
  return { name: `hx ${name}`, applies, make: (plan) => ({ ...plan, hx: change(plan) }) }
}

function lengths(
  name: string,
  change: (lengths: readonly number[], given: ModuleCase) => readonly number[],
  applies: Mistake['applies'] = packed,
): Mistake {
  return {
    name: `lengths ${name}`,
    applies,
    make: (plan, given) => ({
      ...plan,
      pack: { ...plan.pack, lengths: change(given.lengths ?? [], given) },
    }),
  }
}

function isDraw(hx: NonNullable<ModulePlan['hx']>): hx is Draw {
  return 'shape' in hx
}

function shaped(change: (shape: readonly number[]) => readonly number[]): (draw: Draw) => Draw {
  return (draw) => ({ ...draw, shape: change(draw.shape) })
}

const resized = (at: number, by: number): ((draw: Draw) => Draw) =>
  shaped((shape) => shape.with(at, Math.max(0, (shape.at(at) ?? 0) + by)))
const other = (draw: Draw): Draw => ({ ...draw, dtype: draw.dtype === 'float32' ? 'float64' : 'float32' })
const integers = (draw: Draw): Draw => ({ ...draw, dtype: 'int64', specials: [] })
const isLstm = ({ name }: ModuleCase): boolean => name.startsWith('LSTM')

export const mistakes: readonly Mistake[] = [
  ...[0, -1, 1.5, '3', true, null].flatMap((value) => [size(0, value), size(1, value)]),
  ...[0, -1, 1.5, '2', true].map((value) => option('numLayers', value)),
  ...[-0.1, 1.5, true, 'half'].map((value) => option('dropout', value)),
  option('bias', 1, ofSequence),
  option('bias', 1, ofCell),
  option('batchFirst', 'yes'),
  option('bidirectional', 1),
  option('projSize', -1, (given) => ofSequence(given) && isLstm(given)),
  option('projSize', 1.5, (given) => ofSequence(given) && isLstm(given) && given.hiddenSize > 1),
  option('projSize', 1000, (given) => ofSequence(given) && isLstm(given)),
  option('projSize', 0, (given) => ofSequence(given) && !isLstm(given)),
  option('nonlinearity', 'sigmoid', (given) => given.name === 'RNN'),
  option('nonlinearity', 'sigmoid', (given) => given.name === 'RNNCell'),
  option('nonlinearity', 'relu', (given) => !given.name.startsWith('RNN')),
  option('heads', 4, always),
  option('dtype', 'int64', always),
  option('dtype', 'float16', (given) => given.givenState),
  input(
    'of one dimension less',
    shaped((shape) => shape.slice(1)),
    padded,
  ),
  input(
    'of one dimension more',
    shaped((shape) => [2, ...shape]),
    padded,
  ),
  input(
    'of two dimensions more',
    shaped((shape) => [2, 1, ...shape]),
    padded,
  ),
  input(
    'without dimensions',
    shaped(() => []),
    padded,
  ),
  input('of the other float', other),
  input('of integers', integers),
  input('one feature wider', resized(-1, 1)),
  input('without features', resized(-1, -1000)),
  input('without timesteps', (draw) => draw, padded),
  state(
    'of one dimension less',
    shaped((shape) => shape.slice(1)),
  ),
  state(
    'of one dimension more',
    shaped((shape) => [1, ...shape]),
  ),
  state('one unit wider', resized(-1, 1)),
  state('c one unit wider', resized(-1, 1), {
    only: 1,
    applies: (given) => withState(given) && isLstm(given),
  }),
  state('one sequence larger', resized(-2, 1), { applies: (given) => withState(given) && given.batched }),
  state('one layer more', resized(0, 1), { applies: (given) => withState(given) && ofSequence(given) }),
  state('of the other float', other),
  state('c of the other float', other, { only: 1, applies: (given) => withState(given) && isLstm(given) }),
  hx(
    'a tensor for a pair',
    ({ hx: states }) => (states && !isDraw(states) ? (states[0] ?? null) : states),
    (given) => withState(given) && isLstm(given),
  ),
  hx(
    'a pair for a tensor',
    ({ hx: states }) => (states && isDraw(states) ? [states, states] : states),
    (given) => withState(given) && !isLstm(given),
  ),
  hx(
    'only one of a pair',
    ({ hx: states }) => (states && !isDraw(states) ? states.slice(0, 1) : states),
    (given) => withState(given) && isLstm(given),
  ),
  hx(
    'three of a pair',
    ({ hx: states }) => (states && !isDraw(states) ? [...states, ...states.slice(0, 1)] : states),
    (given) => withState(given) && isLstm(given),
  ),
  lengths('with a zero', (each) => each.with(-1, 0)),
  lengths('with a negative one', (each) => each.with(-1, -2)),
  lengths('one too few', (each) => each.slice(1)),
  lengths('one too many', (each) => [...each, each.at(-1) ?? 1]),
  lengths('longer than the input', (each, { T }) => each.with(0, T + 1)),
  lengths(
    'growing',
    (each, { T }) => [1, ...each.slice(2), T],
    (given) => given.enforceSorted && given.T > 1 && (given.lengths?.length ?? 0) > 1,
  ),
  lengths('of nothing', () => []),
].map((mistake) => (mistake.name === 'input without timesteps' ? withoutTimesteps(mistake) : mistake))

/** Takes away all timesteps. Their dimension depends on batchFirst. */
function withoutTimesteps(mistake: Mistake): Mistake {
  return {
    ...mistake,
    applies: (given) => ofSequence(given) && padded(given),
    make: (plan, { batchFirst, batched }) => {
      const at = batchFirst && batched ? 1 : 0
      return { ...plan, input: plan.input && { ...plan.input, shape: plan.input.shape.with(at, 0) } }
    },
  }
}
