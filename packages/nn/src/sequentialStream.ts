import { describeValue, type FloatArray } from '@unroll/kernels'
import { RuntimeError } from '@unroll/tensor'
import { checkedOptions, checkSize } from './arguments.ts'
import { modulesOf } from './listedModules.ts'
import { nameOf } from './members.ts'
import type { Module } from './module.ts'
import type { ModuleStream, StreamState } from './moduleStream.ts'
import { depthOf } from './overrides.ts'
import { checkWidth } from './streamParts.ts'

/** Of {@link Sequential.stream}. */
export interface SequentialStreamOptions {
  /** How many sequences run side by side. Default 1. */
  readonly batch?: number
}

/**
 * A Sequential fed one timestep at a time; made by {@link Sequential.stream}. Its recurrent layers keep their states in the
 * engine's memory. The weights are those of the moment it was made, until a `forward` packs changed ones.
 */
export interface SequentialStream {
  readonly batch: number
  /** Numbers that a step gives for each sequence. */
  readonly width: number
  /**
   * The next timestep of every sequence.
   * @param input `(batch, features)`, row-major
   * @returns `(batch, width)`: a view that the next step overwrites
   * @throws RangeError on another size, TypeError on anything but the array the weights' dtype asks for
   */
  step(input: FloatArray): FloatArray
  /** Copies of the states of its recurrent layers, in their order: `h`, of an LSTM `[h, c]`, as their streams give them. */
  readonly state: readonly StreamState[]
  /** Starts anew, from zeros or from states as {@link SequentialStream.state} gives them. */
  reset(state?: readonly StreamState[] | null): void
  /** Gives the engine's memory back. */
  dispose(): void
  [Symbol.dispose](): void
}

/** See {@link Sequential.stream}. */
export function openSequentialStream(owner: Module, options: SequentialStreamOptions): SequentialStream {
  const who = `${nameOf(owner)}.stream`
  const { batch } = checkedOptions(who, options, { batch: 1 }, 'batch')
  checkSize(who, 'batch', batch)
  const parts = openParts(owner, null, batch)
  return {
    batch,
    width: parts.width,
    step(input) {
      if (input instanceof Float32Array || input instanceof Float64Array) return parts.step(input)
      throw new TypeError(
        `${who}: step expects a Float32Array, or for a model of float64 a Float64Array, got ${describeValue(input)}`,
      )
    },
    get state() {
      return parts.states
    },
    reset(state = null) {
      if (state !== null && !Array.isArray(state)) {
        throw new TypeError(
          `${who}: reset expects states as stream.state gives them, got ${describeValue(state)}`,
        )
      }
      parts.reset(state)
    },
    dispose: parts.dispose,
    [Symbol.dispose]: parts.dispose,
  }
}

/** The streams of all modules of `owner`, one behind the other. */
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
    reset(states) {
      const counts = kept.map((part) => (states === null ? 0 : (part.states?.length ?? 0)))
      const wanted = counts.reduce((sum, count) => sum + count, 0)
      if (states !== null && states.length !== wanted) {
        throw new RangeError(`${who}: reset expects ${wanted} states, got ${states.length}`)
      }
      let at = 0
      kept.forEach((part, index) => {
        const count = counts[index] ?? 0
        part.reset?.(states === null ? null : states.slice(at, at + count))
        at += count
      })
    },
    dispose() {
      for (const part of parts) part.dispose?.()
    },
  }
}

function openPart(who: string, module: Module, width: number | null, batch: number): ModuleStream {
  const own = depthOf(module, 'forward')
  const opens = depthOf(module, 'openStream') <= own
  const part = opens
    ? module.openStream(width, batch)
    : depthOf(module, 'stream') <= own
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

/** What the streams of recurrent layers have, which are in the package above. */
interface RecurrentPart {
  step(input: FloatArray): FloatArray
  readonly state: StreamState
  reset(state?: StreamState | null): void
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
    dispose: () => stream.dispose(),
  }
}

function isRecurrent(module: object): module is RecurrentLayer {
  return 'stream' in module && 'hiddenSize' in module && 'inputSize' in module && 'projSize' in module
}
