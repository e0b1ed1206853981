import type { HostEngine } from '@unroll/kernels'
import { Tensor } from '@unroll/tensor'
import { decodeArray, type EncodedArray, type Tolerance, tolerances } from '@unroll/testing'
import { expect } from 'vitest'
import { runCase, type StepCase, type StepResult } from './cases.ts'
import { fusesMultiplyAdds } from './engines.ts'

/** Runs a case on an engine, which must be the default one, and compares parameters and state with PyTorch's. */
export function compareWithPyTorch(engine: HostEngine, one: StepCase, want: StepResult): void {
  const isFused = fusesMultiplyAdds(engine)
  // PyTorch's square root is not always the nearest number, so only SGD's parameters are. What they are added to is not, either.
  const { weight_decay: decay = 0, decoupled_weight_decay: isDecoupled = one.optimizer === 'AdamW' } =
    one.options
  const isExact =
    one.dtype === 'float32' && isFused && (decay === 0 || isDecoupled || one.optimizer === 'SGD')
  const tolerance = toleranceOf(one, isFused)
  const farthest = one.shapes.map(
    (shape) => new Float64Array(shape.reduce((product, size) => product * size, 1)),
  )
  const checkParameter = (
    param: Tensor,
    wanted: EncodedArray | undefined,
    index: number,
    what: string,
  ): void => {
    check(param, wanted, tolerance, what, farthest[index])
  }
  const { params, optimizer } = runCase(one, (step, now) => {
    for (const [index, param] of now.entries()) {
      farthest[index]?.forEach((far, i, all) => {
        all[i] = Math.max(far, Math.abs(Number(param.data[i])))
      })
      if (step === 1) checkParameter(param, want.first[index], index, `first step: parameter ${index}`)
    }
  })
  for (const [index, param] of params.entries()) {
    if (isExact && one.optimizer === 'SGD') checkBits(param, want.last[index], `parameter ${index}`)
    else checkParameter(param, want.last[index], index, `parameter ${index}`)
  }
  const state = optimizer.stateDict().get('state')
  if (!(state instanceof Map)) throw new Error('no state')
  expect([...state.keys()].map(String)).toEqual(Object.keys(want.state))
  for (const [number, entry] of state) {
    if (!(entry instanceof Map)) throw new Error('no entry')
    const wanted = want.state[String(number)] ?? {}
    expect([...entry.keys()]).toEqual(Object.keys(wanted))
    for (const [key, value] of entry) {
      if (!(value instanceof Tensor)) throw new Error(`${key} is no tensor`)
      const what = `${key} of parameter ${number}`
      if (isExact && (key !== 'momentum_buffer' || one.optimizer === 'SGD'))
        checkBits(value, wanted[key], what)
      else check(value, wanted[key], tolerance, what)
    }
  }
  optimizer.dispose()
}

/**
 * Adam is held to less than PyTorch's own tolerance where multiply-adds are fused. The reference engine and other builds round
 * elsewhere, and errors of 200 steps add up; so they do in RMSprop's momentum.
 */
function toleranceOf({ dtype, optimizer }: StepCase, isFused: boolean): Required<Tolerance> {
  if (dtype === 'float64') return { rtol: 1e-12, atol: 1e-14 }
  return isFused && optimizer.startsWith('Adam') ? { rtol: 1e-6, atol: 1e-7 } : tolerances.float32
}

/**
 * @param farthest the largest magnitude that each number had, if not what PyTorch has now: a parameter that comes back to about 0 keeps
 * what was rounded on its way
 */
function check(
  got: Tensor,
  want: EncodedArray | undefined,
  tolerance: Required<Tolerance>,
  what: string,
  farthest?: Float64Array,
): void {
  if (want === undefined) throw new Error(`PyTorch has no ${what}`)
  expect(got.shape, what).toEqual(want.shape)
  const wanted = decodeArray(want)
  if (farthest === undefined) {
    expect(got.data, what).toBeAllclose(wanted, tolerance)
    return
  }
  const errors = farthest.map((far, i) => {
    const most = tolerance.atol + tolerance.rtol * Math.max(far, Math.abs(Number(wanted[i])))
    return (Number(got.data[i]) - Number(wanted[i])) / most
  })
  expect(errors, `${what}, as a share of what it may differ`).toBeAllclose(new Float64Array(errors.length), {
    rtol: 0,
    atol: 1,
  })
}

/** Compares bit by bit. */
function checkBits(got: Tensor, want: EncodedArray | undefined, what: string): void {
  if (want === undefined) throw new Error(`PyTorch has no ${what}`)
  expect(got.shape, what).toEqual(want.shape)
  expect(Array.from<number | bigint>(got.data), what).toEqual(Array.from<number | bigint>(decodeArray(want)))
}
