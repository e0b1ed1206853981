import type { FloatArray, HostEngine, UnaryFunction } from '@unroll/kernels'
import { allocateLike } from './functional/floats.ts'
import type { ModuleStream } from './moduleStream.ts'

// Parts of a SequentialStream that keep no state. They compute on their module's engine and write their results into
// arrays of their own, which the next step overwrites.

/** Passes its input on; null if it is the first part, which does not know its width. */
export function passThrough(width: number | null): ModuleStream | null {
  return width === null ? null : { width, step: (input) => input }
}

/** Applies `f` to every number. */
export function mapPart(
  engine: HostEngine,
  f: UnaryFunction,
  width: number | null,
  batch: number,
): ModuleStream | null {
  if (width === null) return null
  return computed(width, batch, (input, out) => engine.mapInto(f, input, out))
}

/** Softmax, or its logarithm, over the features. */
export function softmaxPart(
  engine: HostEngine,
  who: string,
  dim: number,
  width: number | null,
  batch: number,
  log: boolean,
): ModuleStream | null {
  if (dim !== -1) {
    throw new RangeError(`${who}.openStream: expected dim -1, the features of a timestep, got ${dim}`)
  }
  if (width === null) return null
  const operands = { x: new Float32Array(0) as FloatArray, rows: batch, columns: width, log }
  return computed(width, batch, (input, out) => {
    operands.x = input
    engine.softmaxInto(operands, out)
  })
}

/**
 * A part that computes `width` numbers for each sequence. Their array is made at the first step, with the input's
 * element type.
 */
export function computed(
  width: number,
  batch: number,
  compute: (input: FloatArray, out: FloatArray) => void,
): ModuleStream {
  let out: FloatArray | null = null
  return {
    width,
    step(input) {
      if (out === null || out.BYTES_PER_ELEMENT !== input.BYTES_PER_ELEMENT) {
        out = allocateLike(input, batch * width)
      }
      compute(input, out)
      return out
    },
  }
}

/** @throws RangeError unless the input of a step has `length` numbers */
export function checkStep(who: string, input: FloatArray, length: number): void {
  if (input.length === length) return
  throw new RangeError(`${who}: a step expects ${length} numbers, batch times features, got ${input.length}`)
}

/** @throws RangeError if the module before returns another width than this one takes; null accepts any width */
export function checkWidth(who: string, takes: number, given: number | null): void {
  if (given === null || given === takes) return
  throw new RangeError(`${who}: expected ${takes} features of the module before, got ${given}`)
}
