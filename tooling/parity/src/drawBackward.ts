/** Random ways back through the recurrent modules. */
import { parameterList } from '@unroll/kernels/spec'
import type { Chooser } from './chooser.ts'
import type { ModuleCase } from './moduleCase.ts'
import type { BackwardFault, BackwardPlan, LossPart } from './plan.ts'

const faults: readonly BackwardFault[] = [
  'input changed',
  'weight changed',
  'backward twice',
  'state not detached for the next step',
]

/** A way back through a case. Some have nothing that requires gradients. */
export function drawBackward(choose: Chooser, given: ModuleCase): BackwardPlan {
  const share = choose.pick([0, 0, 0.3, 0.7, 1])
  const frozen = parameterNames(given).filter(() => choose.chance(share))
  const loss = Array.from({ length: resultsOf(given) }, () =>
    choose.pick<LossPart>(['nothing', 'sum', 'weighted', 'weighted']),
  )
  const fault = choose.chance(0.15) ? choose.pick(faults) : null
  // Without the digits of float64, differences of gradients say little.
  const isTwice = given.dtype === 'float64' && fault === null && choose.chance(0.4)
  return {
    input: choose.chance(0.5),
    states: [choose.chance(0.5), choose.chance(0.5)],
    frozen,
    loss: loss.some((part) => part !== 'nothing') ? loss : loss.with(0, 'weighted'),
    fault,
    order: isTwice ? 2 : 1,
  }
}

/** The part of a way back that fits the case, which may be simpler than the one it was drawn for. */
export function fittingBackward({ backward, ...given }: ModuleCase): BackwardPlan | null {
  if (backward === null) return null
  const names = parameterNames(given)
  return {
    ...backward,
    states: given.givenState ? backward.states.slice(0, given.name.startsWith('LSTM') ? 2 : 1) : [],
    frozen: backward.frozen.filter((name) => names.includes(name)),
  }
}

/** Ways back of which one fact is simpler. */
export function simplerBackwards(given: BackwardPlan): (BackwardPlan | null)[] {
  const { input, states, frozen, loss, fault } = given
  const used = loss.filter((part) => part !== 'nothing').length
  return [
    null,
    ...(given.order === 2 ? [{ ...given, order: 1 as const }] : []),
    ...(fault ? [{ ...given, fault: null }] : []),
    ...(frozen.length > 0 ? [{ ...given, frozen: [] }] : []),
    ...(input ? [{ ...given, input: false }] : []),
    ...(states.includes(true) ? [{ ...given, states: [false, false] }] : []),
    ...frozen.map((_, at) => ({ ...given, frozen: frozen.toSpliced(at, 1) })),
    ...loss.flatMap((part, at) => [
      ...(part !== 'nothing' && used > 1 ? [{ ...given, loss: loss.with(at, 'nothing' as const) }] : []),
      ...(part === 'weighted' ? [{ ...given, loss: loss.with(at, 'sum' as const) }] : []),
    ]),
  ]
}

function parameterNames(given: Omit<ModuleCase, 'backward'>): string[] {
  const isCell = given.name.endsWith('Cell')
  const spec = {
    ...given,
    mode: given.name.startsWith('LSTM') ? ('LSTM' as const) : ('GRU' as const),
    ...(isCell && { numLayers: 1, bidirectional: false, projSize: 0 }),
  }
  return parameterList(spec, isCell ? [''] : undefined).map(({ name }) => name)
}

/** The number of tensors that forward returns. */
function resultsOf({ name }: ModuleCase): number {
  const states = name.startsWith('LSTM') ? 2 : 1
  return name.endsWith('Cell') ? states : states + 1
}
