import { checkOptimizerStep } from '../checks/optimizer.ts'
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
import type { WasmInstance } from './instance.ts'
import { elementBytes } from './panels.ts'
import { scratchOf } from './scratch.ts'
import { WasmMoment } from './wasmMoment.ts'

/**
 * Elements of a parameter that are in wasm memory at once, with as many of the gradient. Together with those of two moments
 * they stay in the first-level cache, or nearly, from the copy in to the copy out.
 */
const chunkLength = 4096

/**
 * The optimisers of a wasm engine.
 * @param start gives the engine's instance
 * @param instances those that the engine has had
 */
export function wasmOptimizers(start: () => WasmInstance, instances: WeakSet<WasmInstance>): HostOptimizers {
  return new WasmOptimizers(start, instances)
}

/** Moments live in wasm memory; parameters and gradients pass through it, a chunk at a time. As in the engine, private properties have no #. */
class WasmOptimizers implements HostOptimizers {
  private readonly start: () => WasmInstance
  private readonly instances: WeakSet<WasmInstance>

  constructor(start: () => WasmInstance, instances: WeakSet<WasmInstance>) {
    this.start = start
    this.instances = instances
  }

  moment(dtype: FloatDType, length: number): Moment {
    return new WasmMoment(this.start(), dtype, length)
  }

  sgd(step: SgdStep): void {
    const { lr, momentum, dampening, nesterov, buffer, isFirst } = step
    const { instance, at } = this.prepare('sgd', step, [buffer])
    const kernel = isFloat32(step) ? instance.exports.sgdF32 : instance.exports.sgdF64
    const b = at(buffer)
    const flags = [nesterov ? 1 : 0, isFirst ? 1 : 0] as const
    inChunks(instance, step, (p, g, from, count) =>
      kernel(p, g, b && b + from, count, lr, momentum, 1 - dampening, ...flags),
    )
  }

  adam(step: AdamStep): void {
    const { keep, beta1, beta2, rate, correction, eps, expAvg, expAvgSq, maxExpAvgSq } = step
    const { instance, at } = this.prepare('adam', step, [expAvg, expAvgSq, maxExpAvgSq])
    const kernel = isFloat32(step) ? instance.exports.adamF32 : instance.exports.adamF64
    const [m, v, top] = [at(expAvg), at(expAvgSq), at(maxExpAvgSq)]
    inChunks(instance, step, (p, g, from, count) => {
      const largest = top && top + from
      kernel(
        p,
        g,
        m + from,
        v + from,
        largest,
        count,
        keep,
        1 - beta1,
        beta2,
        1 - beta2,
        rate,
        correction,
        eps,
      )
    })
  }

  rmsprop(step: RmspropStep): void {
    const { lr, alpha, eps, momentum, squareAvg, gradAvg, buffer } = step
    const { instance, at } = this.prepare('rmsprop', step, [squareAvg, gradAvg, buffer])
    const kernel = isFloat32(step) ? instance.exports.rmspropF32 : instance.exports.rmspropF64
    const [v, mean, b] = [at(squareAvg), at(gradAvg), at(buffer)]
    inChunks(instance, step, (p, g, from, count) =>
      kernel(p, g, v + from, mean && mean + from, b && b + from, count, lr, alpha, 1 - alpha, eps, momentum),
    )
  }

  adagrad(step: AdagradStep): void {
    const { lr, eps } = step
    const { instance, at } = this.prepare('adagrad', step, [step.sum])
    const kernel = isFloat32(step) ? instance.exports.adagradF32 : instance.exports.adagradF64
    const sum = at(step.sum)
    inChunks(instance, step, (p, g, from, count) => kernel(p, g, sum + from, count, lr, eps))
  }

  /** Checks a step. Gives the instance that its moments are in, and their addresses there, 0 for none. */
  private prepare(
    who: string,
    step: OptimizerStep,
    moments: readonly (Moment | null)[],
  ): { readonly instance: WasmInstance; at(moment: Moment | null): number } {
    checkOptimizerStep(who, step, moments)
    const own = (moment: Moment): WasmMoment => {
      if (moment instanceof WasmMoment && this.instances.has(moment.instance)) return moment
      throw new TypeError(`${who}: this moment was made by another engine than this wasm engine`)
    }
    const [first = null] = moments
    const instance = first === null ? this.start() : own(first).instance
    return {
      instance,
      at: (moment) => {
        if (moment === null) return 0
        const { address, instance: where } = own(moment)
        if (where === instance) return address
        throw new TypeError(`${who}: one moment is stale and another is not; make both anew`)
      },
    }
  }
}

function isFloat32({ parameter }: OptimizerStep): boolean {
  return parameter instanceof Float32Array
}

/**
 * Runs `work` on chunks of the parameter and of the gradient with its sign and the weight decay. It gets the addresses of both,
 * how many bytes of the parameter lie before the chunk, and the number of elements.
 */
function inChunks(
  instance: WasmInstance,
  { parameter, gradient, maximize, weightDecay }: OptimizerStep,
  work: (p: number, g: number, from: number, count: number) => void,
): void {
  const dtype = parameter instanceof Float32Array ? 'float32' : 'float64'
  const size = elementBytes(dtype)
  const scratch = scratchOf(instance)
  const area = scratch.floats(dtype)
  const [p, g] = [scratch.address, scratch.address + chunkLength * size]
  const { decayGradientF32, decayGradientF64 } = instance.exports
  for (let start = 0; start < parameter.length; start += chunkLength) {
    const count = Math.min(chunkLength, parameter.length - start)
    area.set(partOf(parameter, start, count))
    area.set(partOf(gradient, start, count), chunkLength)
    if (maximize || weightDecay !== 0) {
      const decay = dtype === 'float32' ? decayGradientF32 : decayGradientF64
      decay(p, g, count, weightDecay, maximize ? 1 : 0)
    }
    work(p, g, start * size, count)
    parameter.set(area.subarray(0, count), start)
  }
}

function partOf(array: FloatArray, start: number, count: number): FloatArray {
  return count === array.length ? array : array.subarray(start, start + count)
}
