/** The plans that both sides run: plain data, sent to oracle.py unchanged. Names and options are in our spelling. */

/** A tensor: zeros of integers, or uniform draws from -scale to scale, then `specials` at some places. */
export interface Draw {
  readonly shape: readonly number[]
  readonly dtype: string
  readonly scale: number
  /** Position, taken modulo the number of elements, and a float as both languages read it: `nan`, `-inf`, `-0.0`. */
  readonly specials?: readonly (readonly [at: number, value: string])[]
}

/** Values of options may be wrong ones. */
export type Options = Readonly<Record<string, unknown>>

export interface Construction {
  readonly name: string
  readonly args: readonly unknown[]
  readonly options: Options
}

/** A module is constructed, and one sequence goes through it. */
export interface ModulePlan {
  readonly family: 'module'
  readonly seed: number
  readonly construct: Construction
  readonly training: boolean
  /** Null: it ends with the construction. */
  readonly input: Draw | null
  readonly pack: Options | null
  readonly hx: Draw | readonly Draw[] | null
  /** Null: gradients are not recorded. */
  readonly backward: BackwardPlan | null
}

/** The way back from a loss. The gradients of input, states and parameters are compared, those that are null too. */
export interface BackwardPlan {
  /** Whether the input requires gradients. */
  readonly input: boolean
  /** Whether each state that is given does. */
  readonly states: readonly boolean[]
  /** The parameters that do not. */
  readonly frozen: readonly string[]
  /** What the loss takes of each result, of output, hn and cn. */
  readonly loss: readonly LossPart[]
  readonly fault: BackwardFault | null
  /** 2: it goes back from a sum of the gradients, weighted by draws. What is compared are second derivatives then. */
  readonly order: 1 | 2
}

/** Nothing, the sum, or the sum of the products with draws from -1 to 1. */
export type LossPart = 'nothing' | 'sum' | 'weighted'

/** What goes wrong between forward and backward, or after it. */
export type BackwardFault =
  | 'input changed'
  | 'weight changed'
  | 'backward twice'
  | 'state not detached for the next step'

/** Sequences are padded, packed, and taken apart again. */
export interface PackingPlan {
  readonly family: 'packing'
  readonly seed: number
  readonly sequences: readonly Draw[]
  /** The lengths for functions that take a padded batch. */
  readonly lengths: readonly number[]
  readonly pad: Options
  readonly pack: Options
  readonly padPacked: Options
  readonly packPadded: Options
  readonly unpad: Options
}

/** The state of one module is loaded into another. */
export interface StateDictPlan {
  readonly family: 'stateDict'
  readonly seed: number
  readonly source: Construction
  readonly target: Construction
  readonly rename: Readonly<Record<string, string>>
  readonly load: Options
}

export type Plan = ModulePlan | PackingPlan | StateDictPlan
