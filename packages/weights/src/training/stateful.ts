import { describeValue } from '@unroll/kernels'
import { type Generator, Tensor, tensor } from '@unroll/tensor'
import { Counter } from '@unroll/tensor/layers'
import type { Savable } from '../write/savePt.ts'

/** What a run of training consists of: a module, an optimiser, a schedule, a loader of data, each with a state dict. */
export interface Stateful {
  stateDict(): Savable
  loadStateDict(state: unknown): unknown
  /** For what is more than its state dict: takes down what it is now, and returns a function that makes it so again. */
  remember?(): () => void
}

/** A part of a run whose state a checkpoint holds. */
export type RunPart = Stateful | Generator

/** The remedy where a part is given in place of parts by name. */
export const byName = 'give it a name: { model: module }'

/** True for a part whose state is saved; false for a plain value, which is saved itself. */
export function isRunPart(value: unknown): value is RunPart {
  if (typeof value !== 'object' || value === null) return false
  return isGenerator(value) || ('stateDict' in value && 'loadStateDict' in value)
}

function isGenerator(part: object): part is Generator {
  return 'getState' in part && 'setState' in part
}

/** The state of a part, as it is saved. That of a generator is a tensor of uint8, as PyTorch's. */
export function stateOf(part: RunPart): Savable {
  return isGenerator(part) ? tensor(part.getState()) : part.stateDict()
}

/** Gives a part the state that was saved. */
export function restore(who: string, name: string, part: RunPart, state: unknown): void {
  if (!isGenerator(part)) part.loadStateDict(state)
  else if (state instanceof Tensor && state.dtype === 'uint8')
    part.setState(Uint8Array.from(state.data, Number))
  else {
    throw new TypeError(
      `${who}: expected ${name} to be the state of a generator, a tensor of uint8, got ${describeValue(state)}`,
    )
  }
}

/** Takes down what a part is now. @returns a function that makes it so again */
export function remember(name: string, part: RunPart): () => void {
  if (!isGenerator(part) && part.remember !== undefined) return part.remember()
  const before = copyOf(stateOf(part))
  return () => restore('loadCheckpoint', name, part, before)
}

/** A copy of a state that later changes do not reach. */
function copyOf(value: unknown): unknown {
  if (value instanceof Tensor) return value.detach().clone()
  if (value instanceof Counter) return new Counter(value)
  if (value instanceof Map) return new Map(Array.from(value, ([key, entry]) => [key, copyOf(entry)]))
  if (Array.isArray(value)) return value.map(copyOf)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copyOf(entry)]))
}
