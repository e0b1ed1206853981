/** Options of PyTorch that choose among its implementations of a step. */
const implementations = ['foreach', 'fused', 'capturable']

/** Refuses options that PyTorch has and that mean nothing here, saying why. Unknown options are refused elsewhere. */
export function refusePyTorchFlags(who: string, options: object | null | undefined): void {
  for (const key of Object.keys(options ?? {})) {
    if (implementations.includes(key)) {
      throw new TypeError(
        `${who}: expected no option ${key}, which chooses among PyTorch's implementations; there is one here, so leave it out`,
      )
    }
    if (key === 'differentiable') {
      throw new TypeError(
        `${who}: expected no option differentiable: steps are not recorded; write the step with tensors to differentiate through it`,
      )
    }
  }
}
