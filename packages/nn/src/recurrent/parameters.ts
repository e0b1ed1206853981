import { describeValue, type FloatDType } from '@unroll/kernels'
import { type LayerSpec, parameterList } from '@unroll/kernels/spec'
import { empty } from '@unroll/tensor'
import { uniform_ } from '../init.ts'
import type { Module } from '../module.ts'
import { Parameter } from '../parameter.ts'

/**
 * Adds the parameters of a recurrent layer to `module`, as properties. They are not drawn yet.
 * @param suffixes of their names; `['']` for a cell
 */
export function registerParameters(
  module: Module,
  spec: LayerSpec,
  dtype: FloatDType,
  suffixes?: readonly string[],
): void {
  for (const { name, shape } of parameterList(spec, suffixes)) {
    module.registerParameter(name, new Parameter(empty(shape, { dtype })))
  }
}

/** Draws every parameter again from U(-1/sqrt(H), 1/sqrt(H)), in PyTorch's order. */
export function drawParameters(module: Module, hiddenSize: number): void {
  const bound = 1 / Math.sqrt(hiddenSize)
  for (const parameter of module.parameters()) uniform_(parameter, -bound, bound)
}

/** @throws TypeError unless engines compute with `dtype` */
export function checkFloatDType(who: string, dtype: unknown): asserts dtype is FloatDType {
  if (dtype === 'float32' || dtype === 'float64') return
  throw new TypeError(`${who}: expected dtype to be float32 or float64, got ${describeValue(dtype)}`)
}
