import { describeValue } from '@unroll/kernels'
import { checkTensor, type Tensor } from '@unroll/tensor'
import { checkFlag, checkNumber } from './arguments.ts'

/** The options that every optimiser has. */
export interface OptimizerOptions {
  /** Learning rate. */
  lr: number
  /** This times the parameter is added to the gradient. */
  weightDecay: number
  /** Go up the gradient, not down. */
  maximize: boolean
}

/**
 * Parameters and the options of an optimiser for them. `group.lr = 0.01` takes effect on the next step.
 */
export type ParamGroup<Options extends OptimizerOptions = OptimizerOptions> = Options & {
  readonly params: Tensor[]
  /** Names of the parameters, if they were given with names. */
  paramNames?: string[]
  /** The learning rate that a schedule started from; schedules write it. */
  initialLr?: number
  // OneCycleLR writes these.
  maxLr?: number
  minLr?: number
  maxMomentum?: number
  baseMomentum?: number
}

/** Parameters, or pairs of a name and a parameter: `module.parameters()`, `module.namedParameters()`. */
export type Params = Iterable<Tensor> | Iterable<readonly [name: string, parameter: Tensor]>

/** A group as one gives it: options that are left out are the optimiser's. */
export type ParamGroupInit<Options extends OptimizerOptions> = Partial<
  Omit<ParamGroup<Options>, 'params' | 'paramNames'>
> & { readonly params: Tensor | Params }

/** What a group may have beside the options of its optimiser; schedules write it. */
export const scheduleKeys = ['initialLr', 'maxLr', 'minLr', 'maxMomentum', 'baseMomentum'] as const

/**
 * Checks what a step computes with. Ranges are the constructors' affair: schedules and files go beyond them, as in PyTorch.
 * @param where the group, as messages name it
 * @throws TypeError if an option is of another kind than the default, RangeError if a number is NaN
 */
export function checkKinds<Options extends OptimizerOptions>(
  who: string,
  where: string,
  options: Options,
  defaults: Readonly<Options>,
): void {
  for (const [name, like] of Object.entries<unknown>(defaults)) {
    const value: unknown = Reflect.get(options, name)
    const what = `${name} of ${where}`
    if (typeof like === 'boolean') checkFlag(who, what, value)
    else if (!Array.isArray(like)) checkNumber(who, what, value)
    else if (!Array.isArray(value) || value.length !== like.length) {
      throw new TypeError(
        `${who}: expected ${what} to be ${like.length} numbers, got ${describeValue(value)}`,
      )
    } else for (const each of value) checkNumber(who, `each of ${what}`, each)
  }
}

/** Gives a group these options and no others. */
export function setOptions(group: ParamGroup, options: object): void {
  for (const key of Object.keys(group)) {
    if (key !== 'params' && key !== 'paramNames' && !Object.hasOwn(options, key)) {
      Reflect.deleteProperty(group, key)
    }
  }
  Object.assign(group, options)
}

/** The parameters of a group, and their names if it has names. */
export interface ReadParams {
  readonly params: Tensor[]
  readonly paramNames: string[] | null
}

/**
 * Parameters as one gives them: one, a list, or pairs with names.
 * @throws TypeError unless they are tensors of float32 or float64, RangeError if there are none, one is there twice, some have
 * names and some have not, or one was computed
 */
export function readParams(who: string, given: unknown): ReadParams {
  const list = isTensor(given) ? [given] : listOf(who, given)
  if (list.length === 0) {
    throw new RangeError(`${who}: expected at least one parameter, got an empty list`)
  }
  const named = list.filter(Array.isArray).length
  if (named !== 0 && named !== list.length) {
    throw new RangeError(`${who}: expected all parameters with names or none, got ${named} of ${list.length}`)
  }
  const params = list.map((item, index) => checkParameter(who, index, Array.isArray(item) ? item[1] : item))
  const seen = new Map<Tensor, number>()
  for (const [index, parameter] of params.entries()) {
    const first = seen.get(parameter)
    if (first !== undefined) {
      throw new RangeError(`${who}: expected each parameter once, got parameter ${first} as ${index}, too`)
    }
    seen.set(parameter, index)
  }
  return {
    params,
    paramNames: named === 0 ? null : list.map((item) => String(Array.isArray(item) && item[0])),
  }
}

/** The items of an iterable that is no tensor. @throws TypeError for anything else */
export function listOf(who: string, given: unknown): unknown[] {
  if (typeof given === 'object' && given !== null && Symbol.iterator in given && !isTensor(given)) {
    const { [Symbol.iterator]: iterator } = given
    if (typeof iterator === 'function') return [...(given as Iterable<unknown>)]
  }
  throw new TypeError(
    `${who}: expected a list of parameters or of groups, got ${describeValue(given)}${remedyFor(given)}`,
  )
}

export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'storage' in value && 'strides' in value
}

function checkParameter(who: string, index: number, value: unknown): Tensor {
  checkTensor(who, `parameter ${index}`, value)
  if (value.dtype !== 'float32' && value.dtype !== 'float64') {
    throw new TypeError(
      `${who}: expected parameter ${index} to be float32 or float64, got ${value.dtype}; convert the module first: ` +
        "module.to('float32')",
    )
  }
  if (!value.isLeaf) {
    throw new RangeError(
      `${who}: expected parameter ${index} to be a leaf, got a tensor that was computed; give those that it was ` +
        'computed from, or detach() it',
    )
  }
  if (value.shape.some((size, dim) => size > 1 && value.strides[dim] === 0)) {
    throw new RangeError(
      `${who}: expected parameter ${index} to have memory for each element, got an expanded view; clone() it`,
    )
  }
  return value
}

function remedyFor(given: unknown): string {
  if (isTensor(given)) return '; write [parameter]'
  if (typeof given !== 'object' || given === null) return ''
  if ('parameters' in given) return '; write module.parameters()'
  return 'params' in given ? '; write [group]' : ''
}
