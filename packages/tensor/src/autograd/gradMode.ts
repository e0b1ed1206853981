import { checkFunction } from '../checks.ts'

let enabled = true

/** False inside {@link noGrad}. */
export function isGradEnabled(): boolean {
  return enabled
}

/**
 * Runs `body` without recording operations for gradients, so that tensors that require them may be changed in place. Returns what
 * `body` returns. `body` must be synchronous: what an async function does after its first `await` is not covered. Modules read
 * the mode when they are called, so `await noGrad(() => model.forwardAsync(x))` records nothing.
 *
 * @example
 * noGrad(() => weight.fill_(0))
 */
export function noGrad<T>(body: () => T): T {
  return withGrad('noGrad', false, body)
}

/**
 * Runs `body` with operations recorded, also inside {@link noGrad}. Returns what `body` returns.
 *
 * @example
 * noGrad(() => enableGrad(() => weight.mul(2).requiresGrad))   // true
 */
export function enableGrad<T>(body: () => T): T {
  return withGrad('enableGrad', true, body)
}

/**
 * Runs `body` with recording on or off.
 * @throws TypeError unless `body` is a function
 */
export function withGrad<T>(who: string, mode: boolean, body: () => T): T {
  if (typeof body !== 'function') checkFunction(who, body, `; write ${who}(() => ...)`)
  const before = enabled
  enabled = mode
  try {
    return body()
  } finally {
    enabled = before
  }
}
