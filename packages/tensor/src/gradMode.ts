import { describeValue } from '@unroll/kernels'

let enabled = true

/** False inside {@link noGrad}. */
export function isGradEnabled(): boolean {
  return enabled
}

/**
 * Runs `body` without recording gradients, so that tensors that require them may be changed in place. Returns what `body` returns.
 * `body` must be synchronous: what an async function does after its first `await` is not covered.
 *
 * @example
 * noGrad(() => weight.fill_(0))
 */
export function noGrad<T>(body: () => T): T {
  if (typeof body !== 'function') {
    throw new TypeError(`noGrad: expected a function, got ${describeValue(body)}; write noGrad(() => ...)`)
  }
  const before = enabled
  enabled = false
  try {
    return body()
  } finally {
    enabled = before
  }
}
