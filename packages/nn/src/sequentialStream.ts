import { describeValue, type FloatArray } from '@unroll/kernels'
import { RuntimeError } from '@unroll/tensor'
import { checkedOptions, checkInteger, checkSize } from './arguments.ts'
import { modulesOf } from './listedModules.ts'
import { nameOf } from './members.ts'
import type { Module } from './module.ts'
import type { ModuleStream, StreamState } from './moduleStream.ts'
import { isAsNear } from './overrides.ts'
import { checkWidth } from './streamParts.ts'

/** Options of {@link Sequential.stream}. */
export interface SequentialStreamOptions {
  /** How many sequences run side by side. Default 1. */
  readonly batch?: number
}

/**
 * A Sequential that is fed one timestep at a time. {@link Sequential.stream} makes it. Its recurrent layers keep their
 * states in the engine's memory. It uses the weights as they were when it was made, until a `forward` packs changed
 * ones.
 */
export interface SequentialStream {
  readonly batch: number
  /** How many numbers a step returns for each sequence. */
  readonly width: number
  /**
   * Computes the next timestep of every sequence.
   * @param input `(batch, features)`, row-major
   * @returns `(batch, width)`: a view that the next step overwrites
   * @throws RangeError on another size, TypeError on anything but an array of the weights' dtype
   */
  step(input: FloatArray): FloatArray
  /**
   * Copies of the states of its recurrent layers, in their order: `h`, or `[h, c]` for an LSTM, as in their own
   * streams.
   */
  readonly state: readonly StreamState[]
  /** Starts again, from zeros or from states in the form of {@link SequentialStream.state}. */
  reset(state?: readonly StreamState[] | null): void
  /**
   * Starts one of the sequences again; the others go on.
   * @param sequence its place in the batch, from 0
   * @param state in the form of {@link SequentialStream.state}, without the batch; default zeros
   */
  resetSequence(sequence: number, state?: readonly StreamState[] | null): void
  /** Frees the engine's memory; every method throws afterwards. */
  dispose(): void
  [Symbol.dispose](): void
}

/** See {@link Sequential.stream}. */
export function openSequentialStream(owner: Module, options: SequentialStreamOptions): SequentialStream {
  const who = `${nameOf(owner)}.stream`
  const { batch } = checkedOptions(who, options, { batch: 1 }, 'batch')
  checkSize(who, 'batch', batch)
  const parts = openParts(owner, null, batch)
  let disposed = false
  const open = (): typeof parts => {
    if (disposed) throw new Error(`${who}: this stream was disposed; open another one`)
    return parts
  }
  const dispose = (): void => {
    disposed = true
    parts.dispose()
  }
  return {
    batch,
    width: parts.width,
    step(input) {
      if (input instanceof Float32Array || input instanceof Float64Array) return open().step(input)
      throw new TypeError(
        `${who}: step expects a Float32Array, or for a model of float64 a Float64Array, got ${describeValue(input)}`,
      )
    },
    get state() {
      return open().states
    },
    reset(state = null) {
      checkStates(`${who}: reset`, state)
      open().reset(state)
    },
    resetSequence(sequence, state = null) {
      checkStates(`${who}: resetSequence`, state)
      checkInteger(`${who}: resetSequence`, 'sequence', sequence)
      if (sequence < 0 || sequence >= batch) {
        throw new RangeError(
          `${who}: resetSequence expects a sequence from 0 to ${batch - 1}, got ${sequence}`,
        )
      }
      open().resetSequence(sequence, state)
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

function checkStates(who: string, states: unknown): void {
  if (states === null || Array.isArray(states)) return
  throw new TypeError(`${who} expects states as stream.state gives them, got ${describeValue(states)}`)
}

/** The streams of all modules of `owner`, one after the other. */
export function openParts(owner: Module, width: number | null, batch: number): Required<ModuleStream> {
  const who = `${nameOf(owner)}.stream`
  const parts: ModuleStream[] = []
  let last = width
  for (const module of modulesOf(owner)) {
    const part = openPart(who, module, last, batch)
    parts.push(part)
    last = part.width
  }
  if (last === null) throw new RuntimeError(`${who}: expected at least one module, got none`)
  const kept = parts.filter((part) => part.reset !== undefined)
  /** Gives each part that keeps states its own ones. */
  const each = (
    states: readonly StreamState[] | null,
    act: (part: ModuleStream, own: readonly StreamState[] | null) => void,
  ): void => {
    const counts = kept.map((part) => (states === null ? 0 : (part.states?.length ?? 0)))
    const wanted = counts.reduce((sum, count) => sum + count, 0)
    if (states !== null && states.length !== wanted) {
      throw new RangeError(`${who}: reset expects ${wanted} states, got ${states.length}`)
    }
    let at = 0
    kept.forEach((part, index) => {
      const count = counts[index] ?? 0
      act(part, states === null ? null : states.slice(at, at + count))
      at += count
    })
  }
  return {
    width: last,
    step(input) {
      let value = input
      for (let i = 0; i < parts.length; i++) value = parts[i]?.step(value) ?? value
      return value
    },
    get states() {
      return kept.flatMap(({ states = [] }) => states)
    },
    reset: (states) => each(states, (part, own) => part.reset?.(own)),
    resetSequence: (sequence, states) =>
      each(states, (part, own) => {
        if (part.resetSequence === undefined) {
          throw new RuntimeError(
            `${who}: a module of this stream cannot start one sequence anew; reset them all`,
          )
        }
        part.resetSequence(sequence, own)
      }),
    dispose() {
      for (const part of parts) part.dispose?.()
    },
  }
}

function openPart(who: string, module: Module, width: number | null, batch: number): ModuleStream {
  const opens = isAsNear(module, 'openStream', 'forward')
  const part = opens
    ? module.openStream(width, batch)
    : isAsNear(module, 'stream', 'forward')
      ? recurrentPart(module, width, batch)
      : null
  if (part !== null) return part
  if (opens && width === null) {
    throw new RuntimeError(
      `${who}: ${nameOf(module)} stands first and does not know how many features a step brings; put a Linear, a LayerNorm or a recurrent layer there`,
    )
  }
  const changed = Object.hasOwn(module, 'forward') ? ', which has hooks or a forward of its own,' : ''
  throw new RuntimeError(
    `${who}: ${nameOf(module)}${changed} does not run by timesteps; leave it out of the stream, or override its openStream`,
  )
}

/** What is used here of a recurrent layer's stream, whose class is in a package above. */
interface RecurrentPart {
  step(input: FloatArray): FloatArray
  readonly state: StreamState
  reset(state?: StreamState | null): void
  resetSequence(sequence: number, state?: StreamState | null): void
  dispose(): void
}

interface RecurrentLayer {
  readonly inputSize: number
  readonly hiddenSize: number
  readonly projSize: number
  stream(options: { readonly batch: number }): RecurrentPart
}

function recurrentPart(module: object, width: number | null, batch: number): ModuleStream | null {
  if (!isRecurrent(module)) return null
  const { inputSize, hiddenSize, projSize } = module
  checkWidth(`${nameOf(module)}.stream`, inputSize, width)
  const stream = module.stream({ batch })
  return {
    width: projSize || hiddenSize,
    step: (input) => stream.step(input),
    get states() {
      return [stream.state]
    },
    reset: (states) => stream.reset(states?.[0] ?? null),
    resetSequence: (sequence, states) => stream.resetSequence(sequence, states?.[0] ?? null),
    dispose: () => stream.dispose(),
  }
}

function isRecurrent(module: object): module is RecurrentLayer {
  return 'stream' in module && 'hiddenSize' in module && 'inputSize' in module && 'projSize' in module
}
