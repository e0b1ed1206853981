import { checkFunction } from '../checks.ts'

let detecting = false

/** True inside {@link detectAnomaly}. */
export function isDetectingAnomaly(): boolean {
  return detecting
}

/**
 * Runs `body` so that mistakes are found where they were made: a gradient that is NaN, or a tensor that was changed before its
 * gradient was needed, throws and shows which line called the operation. It is slow. Returns what `body` returns. Forward and
 * backward must both run inside.
 *
 * @throws RuntimeError with the name of the operation and where it was called
 * @example
 * const x = tensor([1, 4], { requiresGrad: true })
 * // With -1 among them it would throw: SqrtBackward0 gave NaN, and the line that called sqrt.
 * detectAnomaly(() => x.sqrt().sum().backward())
 * x.grad.toArray()   // [0.5, 0.25]
 *
 * @see PyTorch: [torch.autograd.detect_anomaly](https://docs.pytorch.org/docs/stable/autograd.html#anomaly-detection)
 */
export function detectAnomaly<T>(body: () => T): T {
  checkFunction('detectAnomaly', body, '; write detectAnomaly(() => ...)')
  const before = { detecting, depth: Reflect.get(Error, 'stackTraceLimit') }
  detecting = true
  // Layers lie between the operation and its caller. Engines without a limit do not mind.
  Reflect.set(Error, 'stackTraceLimit', 50)
  try {
    return body()
  } finally {
    detecting = before.detecting
    Reflect.set(Error, 'stackTraceLimit', before.depth)
  }
}

/** Where the operation that is being recorded was called; null outside {@link detectAnomaly}. */
export function currentCall(): string | null {
  if (!detecting) return null
  return new Error().stack?.split('\n').slice(2).join('\n') ?? null
}
