import { allocate } from '../allocate.ts'
import { checkMomentElements, checkMomentLength, checkOptimizerStep } from '../checks/optimizer.ts'
import type {
  AdagradStep,
  AdamStep,
  HostOptimizers,
  Moment,
  OptimizerStep,
  RmspropStep,
  SgdStep,
} from '../contract/optimizer.ts'
import type { FloatArray, FloatDType } from '../contract/recurrent.ts'

/**
 * The rules in plain TypeScript. Scalars are rounded to the dtype, because PyTorch rounds them, and a beta near 1 shows it.
 * All else is computed in double precision and rounded where it is stored, without PyTorch's roundings in between.
 */
export const optimizers: HostOptimizers = {
  moment: (dtype, length) => new ReferenceMoment(dtype, length),
  sgd,
  adam,
  rmsprop,
  adagrad,
}

function sgd(step: SgdStep): void {
  checkOptimizerStep('sgd', step, [step.buffer])
  const round = roundingOf(step.parameter)
  const b = elementsOf(step.buffer)
  const [lr, momentum, gain] = [round(step.lr), round(step.momentum), round(1 - step.dampening)]
  change(step, (p, g, i) => {
    if (b === null) return p - lr * g
    b[i] = step.isFirst ? g : momentum * (b[i] ?? 0) + gain * g
    return p - lr * (step.nesterov ? g + momentum * (b[i] ?? 0) : (b[i] ?? 0))
  })
}

function adam(step: AdamStep): void {
  checkOptimizerStep('adam', step, [step.expAvg, step.expAvgSq, step.maxExpAvgSq])
  const round = roundingOf(step.parameter)
  const [m, v, top] = [elementsOf(step.expAvg), elementsOf(step.expAvgSq), elementsOf(step.maxExpAvgSq)]
  const [keep, rate, correction] = [round(step.keep), round(step.rate), round(step.correction)]
  const [gain1, beta2, gain2] = [round(1 - step.beta1), round(step.beta2), round(1 - step.beta2)]
  change(step, (p, g, i) => {
    m[i] = (m[i] ?? 0) + gain1 * (g - (m[i] ?? 0))
    v[i] = beta2 * (v[i] ?? 0) + gain2 * g * g
    if (top !== null) top[i] = Math.max(top[i] ?? 0, v[i] ?? 0)
    const root = Math.sqrt((top ?? v)[i] ?? 0)
    return keep * p - (rate * (m[i] ?? 0)) / (root / correction + round(step.eps))
  })
}

function rmsprop(step: RmspropStep): void {
  checkOptimizerStep('rmsprop', step, [step.squareAvg, step.gradAvg, step.buffer])
  const round = roundingOf(step.parameter)
  const [v, a, b] = [elementsOf(step.squareAvg), elementsOf(step.gradAvg), elementsOf(step.buffer)]
  const [lr, alpha, gain] = [round(step.lr), round(step.alpha), round(1 - step.alpha)]
  const [eps, momentum] = [round(step.eps), round(step.momentum)]
  change(step, (p, g, i) => {
    v[i] = alpha * (v[i] ?? 0) + gain * g * g
    if (a !== null) a[i] = (a[i] ?? 0) + gain * (g - (a[i] ?? 0))
    const direction = g / (Math.sqrt((v[i] ?? 0) - (a?.[i] ?? 0) ** 2) + eps)
    if (b === null) return p - lr * direction
    b[i] = momentum * (b[i] ?? 0) + direction
    return p - lr * (b[i] ?? 0)
  })
}

function adagrad(step: AdagradStep): void {
  checkOptimizerStep('adagrad', step, [step.sum])
  const round = roundingOf(step.parameter)
  const sum = elementsOf(step.sum)
  const [lr, eps] = [round(step.lr), round(step.eps)]
  change(step, (p, g, i) => {
    sum[i] = (sum[i] ?? 0) + g * g
    return p - (lr * g) / (Math.sqrt(sum[i] ?? 0) + eps)
  })
}

/** Gives every element its new value. `g` is the gradient with its sign and the weight decay. */
function change(step: OptimizerStep, next: (p: number, g: number, i: number) => number): void {
  const { parameter, gradient, maximize } = step
  const decay = roundingOf(parameter)(step.weightDecay)
  for (let i = 0; i < parameter.length; i++) {
    const p = parameter[i] ?? 0
    const g = maximize ? -(gradient[i] ?? 0) : (gradient[i] ?? 0)
    parameter[i] = next(p, decay === 0 ? g : g + decay * p, i)
  }
}

function roundingOf(parameter: FloatArray): (value: number) => number {
  return parameter instanceof Float32Array ? Math.fround : (value) => value
}

function elementsOf<M extends Moment | null>(moment: M): M extends null ? FloatArray | null : FloatArray
function elementsOf(moment: Moment | null): FloatArray | null {
  if (moment === null) return null
  if (moment instanceof ReferenceMoment) return moment.elements
  throw new TypeError('optimizer: this moment was made by another engine than reference')
}

class ReferenceMoment implements Moment {
  readonly dtype: FloatDType
  readonly length: number
  readonly byteLength: number
  readonly stale = false
  #elements: FloatArray | null

  constructor(dtype: FloatDType, length: number) {
    checkMomentLength(length)
    const elements = allocate(dtype, length)
    this.dtype = dtype
    this.length = length
    this.byteLength = elements.byteLength
    this.#elements = elements
  }

  get disposed(): boolean {
    return this.#elements === null
  }

  get elements(): FloatArray {
    if (this.#elements === null) throw new Error('optimizer: this moment was disposed')
    return this.#elements
  }

  read(): FloatArray {
    return this.elements.slice()
  }

  write(elements: FloatArray): void {
    checkMomentElements(this, elements)
    this.elements.set(elements)
  }

  dispose(): void {
    this.#elements = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
