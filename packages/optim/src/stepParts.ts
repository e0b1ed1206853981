import type { FloatArray } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'
import { gradientElements } from './parameterElements.ts'
import { checkKinds, type OptimizerOptions, type ParamGroup } from './paramGroup.ts'

/** A parameter that a step changes. */
export interface Part<Options extends OptimizerOptions> {
  readonly group: ParamGroup<Options>
  /** As messages name it. */
  readonly name: string
  readonly parameter: Tensor
  readonly gradient: FloatArray
}

/**
 * The parameters that have gradients, all checked, with the options of their groups.
 * @throws TypeError if an option is of another kind than the default, RangeError if a number is NaN, RuntimeError if a gradient
 * has another shape or dtype than its parameter
 */
export function partsOf<Options extends OptimizerOptions>(
  who: string,
  groups: readonly ParamGroup<Options>[],
  defaults: Readonly<Options>,
): Part<Options>[] {
  for (const [index, group] of groups.entries()) checkKinds(who, `group ${index}`, group, defaults)
  return groups.flatMap((group, groupIndex) =>
    group.params.flatMap((parameter, index) => {
      if (parameter.grad === null) return []
      const name = group.paramNames?.[index] ?? `parameter ${index} of group ${groupIndex}`
      return { group, name, parameter, gradient: gradientElements(who, name, parameter, parameter.grad) }
    }),
  )
}
