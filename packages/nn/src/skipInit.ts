import { describeValue } from '@unroll/kernels'

let skipping = 0

/**
 * Makes a module without drawing weights, like PyTorch's `torch.nn.utils.skip_init`: for weights that are overwritten
 * anyway. The random functions of initialisation (`uniform_`, `normal_`, `xavierUniform_`, ...) leave tensors as zeros
 * and draw nothing. So the random generator does not move, no time is lost, and `crypto` is not needed, which an
 * AudioWorklet lacks.
 *
 * @param make calls the constructor; it is not awaited
 * @returns what `make` returns
 * @see PyTorch: [torch.nn.utils.skip_init](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.skip_init.html)
 *
 * @example
 * const lstm = skipInit(() => new LSTM(10, 20))
 * lstm.loadStateDict(weights)
 */
export function skipInit<M>(make: () => M): M {
  if (typeof make !== 'function') {
    throw new TypeError(
      `skipInit: expected a function that makes the module, got ${describeValue(make)}; write skipInit(() => new Linear(4, 8))`,
    )
  }
  skipping++
  try {
    return make()
  } finally {
    skipping--
  }
}

/** True while {@link skipInit} makes a module. */
export function isSkippingInit(): boolean {
  return skipping > 0
}
