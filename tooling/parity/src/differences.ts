/** The deliberate differences: where PyTorch and we end differently, how, and why. Everything else must end alike. */
import type { Case } from './case.ts'

export interface Difference {
  /** The wrong argument, by its name in mistakes.ts, or what goes wrong on the way back. */
  readonly mistake: RegExp
  /** The modules it holds for. Default: all. */
  readonly of?: RegExp
  /** Whether it holds for a case. Default: for all. */
  only?(given: Case): boolean
  /** How it ends in PyTorch: `ok`, or step and class of the error. */
  readonly torch: RegExp
  readonly ours: RegExp
  readonly reason: string
}

export const differences: readonly Difference[] = [
  {
    mistake: /^(inputSize|hiddenSize|numLayers): true$/,
    torch: /^(ok|(construct|forward) (Type|Value|Runtime)Error)$/,
    ours: /^construct TypeError$/,
    reason: "true is no size: Python's bools are ints, so that PyTorch takes it for 1",
  },
  {
    mistake: /^bidirectional: 1$/,
    torch: /^(ok|forward (Type|Runtime)Error)$/,
    ours: /^construct TypeError$/,
    reason: 'a number is no yes or no: of bidirectional, PyTorch finds out in forward',
  },
  {
    mistake: /^bias: 1$/,
    of: /Cell$/,
    torch: /^ok$/,
    ours: /^construct TypeError$/,
    reason: "a number is no yes or no: PyTorch's cells take it, its sequence modules do not",
  },
  {
    mistake: /^dtype: "int64"$/,
    torch: /^construct RuntimeError$/,
    ours: /^construct TypeError$/,
    reason: 'a wrong dtype is told as that, not by way of gradients',
  },
  {
    mistake: /^dtype: "float16"$/,
    torch: /^(ok|forward (Value|Runtime)Error)$/,
    ours: /^construct TypeError$/,
    reason: 'engines compute with float32 and float64',
  },
  {
    mistake: /^(inputSize|hiddenSize): (0|-1)$/,
    of: /Cell$/,
    torch: /^(ok|construct RuntimeError|forward RuntimeError)$/,
    ours: /^construct RangeError$/,
    reason: 'cells check their sizes as sequence modules do, PyTorch only lets the allocation fail',
  },
  {
    mistake: /^nonlinearity: "sigmoid"$/,
    of: /^RNNCell$/,
    torch: /^forward RuntimeError$/,
    ours: /^construct RangeError$/,
    reason: 'RNNCell refuses an unknown nonlinearity when it is made, as RNN does, not in forward',
  },
  {
    mistake: /^lengths longer than the input$/,
    torch: /^(ok|(pack|forward) RuntimeError)$/,
    ours: /^pack RuntimeError$/,
    reason: 'packing refuses a length beyond the input, which PyTorch accepts and reads wrongly',
  },
  {
    mistake: /^lengths one too (few|many)$/,
    only: (given) => given.family === 'module' && !given.enforceSorted,
    torch: /^(ok|pack IndexError|forward RuntimeError)$/,
    ours: /^pack RuntimeError$/,
    reason: 'packing wants one length for each sequence; PyTorch, where it sorts them, drops sequences',
  },
  {
    mistake: /^input (of the other float|of integers|one feature wider|without features)$/,
    of: /^LSTM$/,
    only: (given) => given.family === 'module' && given.lengths !== null,
    torch: /^(ok|(pack|forward) RuntimeError)$/,
    ours: /^(pack RuntimeError|forward (Runtime|Range)Error)$/,
    reason: "packed input is checked as padded input is; PyTorch's LSTM leaves that to the product",
  },
  {
    mistake: /^state /,
    of: /^LSTM$/,
    only: (given) => given.family === 'module' && given.lengths !== null,
    torch: /^(ok|forward (Index|Runtime)Error|process crash)$/,
    ours: /^forward RuntimeError$/,
    reason:
      "states of packed input are checked as those of padded input; PyTorch's LSTM lets the product fail",
  },
  {
    mistake: /^state one sequence larger$/,
    only: (given) => given.family === 'module' && given.lengths !== null && !given.enforceSorted,
    torch: /^ok$/,
    ours: /^forward RuntimeError$/,
    reason: 'a state for more sequences than there are is refused; PyTorch sorts it first and drops the rest',
  },
  {
    mistake: /^state c of the other float$/,
    torch: /^(ok|forward RuntimeError)$/,
    ours: /^forward RuntimeError$/,
    reason: 'a cell state of another dtype is always refused; PyTorch promotes it here and there',
  },
  {
    mistake: /^(input of one dimension less|state of one dimension more)$/,
    of: /Cell$/,
    torch: /^(ok|forward RuntimeError|process crash)$/,
    ours: /^forward RuntimeError$/,
    reason: 'batched states of an unbatched input are refused; PyTorch broadcasts some and crashes on others',
  },
  {
    mistake: /^hx a tensor for a pair$/,
    torch: /^forward (Index|Runtime|Value)Error$/,
    ours: /^forward TypeError$/,
    reason: 'a tensor is no pair: PyTorch takes its first two rows for the states',
  },
  {
    mistake: /^hx (only one|three) of a pair$/,
    torch: /^(ok|forward (Index|Runtime)Error)$/,
    ours: /^forward RuntimeError$/,
    reason:
      'a pair has two states: PyTorch fails at the missing one, and leaves out a third of an unbatched LSTM',
  },
  {
    mistake: /^(input|weight) changed$/,
    torch: /^ok$/,
    ours: /^backward RuntimeError$/,
    reason:
      'a whole sequence is one operation, which needs all that went in; some of the timesteps of PyTorch need less',
  },
]

/** The difference that a case may show. It may also end as in PyTorch. */
export function differenceOf(given: Case): Difference | undefined {
  const mistake = given.mistake ?? (given.family === 'module' ? given.backward?.fault : null) ?? null
  if (mistake === null) return undefined
  const name = given.family === 'module' ? given.name : given.family
  return differences.find(
    (row) => row.mistake.test(mistake) && (row.of?.test(name) ?? true) && (row.only?.(given) ?? true),
  )
}
