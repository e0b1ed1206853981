import { describeValue } from '@unroll/kernels'

let skipping = 0

/**
 * Makes a module whose weights are overwritten at once, as PyTorch's `torch.nn.utils.skip_init`: the random functions of
 * initialisation (`uniform_`, `normal_`, `xavierUniform_`, ...) leave tensors as they are, zeros, and draw nothing. So seeds
 * are not affected, no time is lost, and nothing asks for `crypto`, which an AudioWorklet lacks.
 *
 * @param make the constructor's call; it is not awaited
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

/** Whether a module is made whose weights are not drawn. */
export function isSkippingInit(): boolean {
  return skipping > 0
}
