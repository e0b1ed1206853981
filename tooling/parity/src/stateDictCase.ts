/** Random configurations of loading one module's state into another. */
import type { Chooser } from './chooser.ts'
import type { Construction, StateDictPlan } from './plan.ts'

export interface StateDictCase {
  readonly family: 'stateDict'
  readonly seed: number
  readonly source: Construction
  readonly target: Construction
  readonly rename: Readonly<Record<string, string>>
  readonly strict: boolean
  readonly assign: boolean
  readonly mistake: string | null
}

export function drawStateDictCase(choose: Chooser, seed: number): StateDictCase {
  const name = choose.pick(['RNN', 'LSTM', 'GRU', 'RNNCell', 'LSTMCell', 'GRUCell'])
  const isCell = name.endsWith('Cell')
  const construction = (): Construction => ({
    name,
    args: [choose.int(2, 3), choose.int(3, 4)],
    options: {
      bias: choose.chance(0.7),
      ...(!isCell && { numLayers: choose.int(1, 2), bidirectional: choose.chance(0.3) }),
      ...(choose.chance(0.2) && { dtype: 'float64' }),
    },
  })
  const source = construction()
  const suffix = isCell ? '' : '_l0'
  return {
    family: 'stateDict',
    seed,
    source,
    target: choose.chance(0.5) ? source : construction(),
    rename: choose.chance(0.2)
      ? { [`weight_hh${suffix}`]: choose.pick(['w', `module.weight_hh${suffix}`]) }
      : {},
    strict: choose.chance(0.6),
    assign: choose.chance(0.4),
    mistake: null,
  }
}

export function stateDictPlan({ strict, assign, ...given }: StateDictCase): StateDictPlan {
  const { family, seed, source, target, rename } = given
  return { family, seed, source, target, rename, load: { strict, assign } }
}

export function simplerStateDictCases(given: StateDictCase): StateDictCase[] {
  const simpler: Partial<StateDictCase>[] = [
    { target: given.source },
    { source: given.target },
    { rename: {} },
    { strict: true },
    { assign: false },
    ...Object.keys(given.source.options).map((option) => ({ source: without(given.source, option) })),
    ...Object.keys(given.target.options).map((option) => ({ target: without(given.target, option) })),
  ]
  return simpler
    .map((change) => ({ ...given, ...change }))
    .filter((each) => JSON.stringify(each) !== JSON.stringify(given))
}

function without({ name, args, options }: Construction, option: string): Construction {
  const { [option]: _, ...rest } = options
  return { name, args, options: rest }
}
