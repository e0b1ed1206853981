import { describeValue } from '@unroll/kernels'
import { elementsOf, type Generator, Tensor, tensor } from '@unroll/tensor'
import { checkCount } from './checks.ts'

/** Where a loader is. Each generator's state is PyTorch's 5056 bytes. */
export interface LoaderPlace {
  /** How many epochs went to their end. */
  readonly epoch: number
  /** How many batches of the current epoch were given. */
  readonly position: number
  /** The states of the loader's generators now. */
  readonly generators: readonly Uint8Array[]
  /** Their states when the current epoch began; null between epochs. */
  readonly epochStart: readonly Uint8Array[] | null
}

/** A loader's place as it is saved: `epoch`, `position`, `generators`, `epoch_start`. */
export type LoaderState = Map<string, number | Tensor[] | null>

export function statesOf(generators: readonly Generator[]): Uint8Array[] {
  return generators.map((generator) => generator.getState())
}

export function setStates(generators: readonly Generator[], states: readonly Uint8Array[]): void {
  for (const [i, generator] of generators.entries()) {
    const state = states[i]
    if (state) generator.setState(state)
  }
}

export function encodePlace({ epoch, position, generators, epochStart }: LoaderPlace): LoaderState {
  return new Map<string, number | Tensor[] | null>([
    ['epoch', epoch],
    ['position', position],
    ['generators', generators.map(encoded)],
    ['epoch_start', epochStart?.map(encoded) ?? null],
  ])
}

/**
 * @param count how many generators the loader has
 * @throws TypeError if an entry is missing or of a wrong type, RangeError if there are more or fewer generators
 */
export function decodePlace(who: string, state: ReadonlyMap<string, unknown>, count: number): LoaderPlace {
  if (!(state instanceof Map)) {
    throw new TypeError(`${who}: expected a Map, as stateDict() gives it, got ${describeValue(state)}`)
  }
  const [epoch, position] = [state.get('epoch'), state.get('position')]
  checkCount(who, 'epoch', epoch, 0)
  checkCount(who, 'position', position, 0)
  const start: unknown = state.get('epoch_start')
  return {
    epoch,
    position,
    generators: decoded(who, 'generators', state.get('generators'), count),
    epochStart: start === null ? null : decoded(who, 'epoch_start', start, count),
  }
}

function encoded(bytes: Uint8Array): Tensor {
  return tensor(bytes, { shape: [bytes.length] })
}

function decoded(who: string, what: string, states: unknown, count: number): Uint8Array[] {
  if (!Array.isArray(states)) {
    throw new TypeError(`${who}: expected ${what} to be an array of tensors, got ${describeValue(states)}`)
  }
  if (states.length !== count) {
    throw new RangeError(
      `${who}: expected ${what} to be the states of ${count} generators, got ${states.length}; ` +
        'make the loader as the one that was saved, with the same samplers and generators',
    )
  }
  return states.map((state: unknown, i) => {
    if (state instanceof Tensor && state.dtype === 'uint8') return Uint8Array.from(elementsOf(state), Number)
    throw new TypeError(`${who}: expected ${what}[${i}] to be a uint8 Tensor, got ${describeValue(state)}`)
  })
}
