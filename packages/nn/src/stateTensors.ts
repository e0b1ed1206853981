import { describeValue } from '@unroll/kernels'
import { isTensorClone, Tensor, type TensorClone, tensor } from '@unroll/tensor'

/**
 * Tensors by name: a Map, as `stateDict()` and `loadWeights()` return it, or a plain object. Clones of tensors, made by
 * `structuredClone`, `postMessage` or JSON, count as tensors.
 */
export type StateDict =
  | ReadonlyMap<string, Tensor | TensorClone>
  | Readonly<Record<string, Tensor | TensorClone>>

/**
 * The tensors of a state dict in any of its forms. `loadStateDict` and every `fromStateDict` read them.
 * @param who the function, as messages name it: `LSTM.fromStateDict`
 * @throws TypeError if it is neither a Map nor a plain object, or an entry is not a tensor
 */
export function stateTensors(who: string, state: unknown): Map<string, Tensor> {
  const entries = entriesOf(state)
  if (entries === null) {
    throw new TypeError(
      `${who}: expected a Map or plain object of tensors, got ${describeValue(state)}${remedyFor(state)}`,
    )
  }
  return new Map(
    entries.map(([key, value]) => {
      const found = tensorOf(value)
      if (typeof key === 'string' && found !== null) return [key, found]
      if (typeof key !== 'string') {
        throw new TypeError(`${who}: expected keys to be strings, got ${describeValue(key)}`)
      }
      const nested = entriesOf(value)?.some(([, inner]) => tensorOf(inner) !== null)
      throw new TypeError(
        `${who}: expected a Tensor at "${key}", got ${describeValue(value)}` +
          (nested ? '; the state dict seems to be that entry: pass it alone' : ''),
      )
    }),
  )
}

/** The entries of a Map or a plain object, of another realm too; null for anything else. */
function entriesOf(state: unknown): [key: unknown, value: unknown][] | null {
  if (typeof state !== 'object' || state === null) return null
  if (isMap(state)) return [...state.entries()]
  const prototype: unknown = Object.getPrototypeOf(state)
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null
  return isPlain && !(Symbol.iterator in state) && !isPromise(state) ? Object.entries(state) : null
}

function isMap(value: object): value is ReadonlyMap<unknown, unknown> {
  return value instanceof Map || Object.prototype.toString.call(value) === '[object Map]'
}

function isPromise(value: object): boolean {
  return 'then' in value && typeof value.then === 'function'
}

function tensorOf(value: unknown): Tensor | null {
  if (value instanceof Tensor) return value
  return isTensorClone(value) ? tensor(value) : null
}

function remedyFor(state: unknown): string {
  const isModule = typeof state === 'object' && state !== null && 'stateDict' in state
  return isModule ? '; pass its stateDict()' : ''
}
