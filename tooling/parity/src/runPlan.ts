/** Runs a plan on one of our engines, step by step as oracle.py does. */
import { crc32 } from 'node:zlib'
import { GRUCell, LSTMCell, RNNCell, RNNCellBase } from '@unroll/cells'
import type { DeviceEngine, HostEngine } from '@unroll/kernels'
import { Dropout, Embedding, Linear, Module } from '@unroll/nn'
import {
  GRU,
  invertPermutation,
  LSTM,
  PackedSequence,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  padSequence,
  RNN,
  RNNBase,
  unpackSequence,
  unpadSequence,
} from '@unroll/sequence'
import { enableGrad, manualSeed, noGrad, Tensor, zeros } from '@unroll/tensor'
import type { Failure, Outcome } from './outcome.ts'
import type { Construction, Draw, ModulePlan, PackingPlan, Plan, StateDictPlan } from './plan.ts'
import { type Leaves, leavesOf, lossOf, runBackward } from './runBackward.ts'

const classes = { RNN, LSTM, GRU, RNNBase, RNNCell, LSTMCell, GRUCell, Linear, Embedding, Dropout }

/** Runs a plan; an error is part of the outcome. */
export function runPlan(plan: Plan, engine: HostEngine): Outcome {
  const run = new Run()
  const warn = console.warn
  console.warn = () => run.warnings++
  try {
    modeOf(plan)(() => {
      if (plan.family === 'module') runModule(run, plan, engine)
      else if (plan.family === 'packing') runPacking(run, plan)
      else runStateDict(run, plan)
    })
  } catch (error) {
    run.error = failureOf(error, run.stage)
  } finally {
    console.warn = warn
  }
  return run
}

/** As {@link runPlan}, for a module on a device. */
export async function runPlanOnDevice(plan: ModulePlan, engine: DeviceEngine): Promise<Outcome> {
  const run = new Run()
  const warn = console.warn
  console.warn = () => run.warnings++
  try {
    await modeOf(plan)(async () => {
      manualSeed(plan.seed)
      using module = construct(plan.construct).to(engine)
      const prepared = prepare(run, plan, module)
      if (prepared === null) return
      const result = await call(module.forwardAsync, module, prepared.args)
      run.keep(result)
      if (plan.backward === null) return
      run.stage = 'backward'
      await lossOf(result, plan.backward).backwardAsync()
      run.keepGradients(prepared.leaves)
    })
  } catch (error) {
    run.error = failureOf(error, run.stage)
  } finally {
    console.warn = warn
  }
  return run
}

/** Gradients are recorded if there is a way back. */
function modeOf(plan: Plan): typeof noGrad {
  return plan.family === 'module' && plan.backward !== null ? enableGrad : noGrad
}

class Run implements Outcome {
  stage = 'construct'
  readonly printed: string[] = []
  readonly exact: [name: string, crc: number][] = []
  readonly tensors: (Tensor | null)[] = []
  readonly texts: string[] = []
  readonly gradients: [name: string, gradient: Tensor | null][] = []
  warnings = 0
  error: Failure | null = null

  keep(value: unknown): void {
    this.tensors.push(...flat(value).map((tensor) => tensor?.detach() ?? null))
  }

  keepGradients(leaves: Leaves): void {
    for (const [name, { grad }] of leaves) this.gradients.push([name, grad])
  }
}

function runModule(run: Run, plan: ModulePlan, engine: HostEngine): void {
  manualSeed(plan.seed)
  using module = construct(plan.construct).to(engine)
  const prepared = prepare(run, plan, module)
  if (prepared === null) return
  const result = call(module.forward, module, prepared.args)
  run.keep(result)
  if (plan.backward === null) return
  run.stage = 'backward'
  runBackward(module, prepared.args, result, prepared.leaves, plan.backward)
  run.keepGradients(prepared.leaves)
}

interface Prepared {
  /** The arguments of forward. */
  readonly args: readonly unknown[]
  readonly leaves: Leaves
}

/** Looks at a module and draws the arguments of its forward; null where it is not called. */
function prepare(run: Run, plan: ModulePlan, module: Module): Prepared | null {
  run.printed.push(String(module), attributesOf(module))
  for (const [name, tensor] of module.stateDict()) run.exact.push([name, crcOf(tensor)])
  module.train(plan.training)
  if (plan.input === null) return null
  run.stage = 'forward'
  const [x, hx] = [drawn(plan.input), plan.hx && drawnState(plan.hx)]
  const leaves = plan.backward === null ? [] : leavesOf(module, x, hx, plan.backward)
  if (plan.pack !== null) run.stage = 'pack'
  const input = plan.pack === null ? x : packed(x, plan.pack)
  run.stage = 'forward'
  return { args: hx === null ? [input] : [input, hx], leaves }
}

/** A module's options, under PyTorch's names. Our cells know their mode; PyTorch's do not. */
function attributesOf(module: Module): string {
  const ours = module instanceof RNNCellBase ? ['training', 'mode'] : ['training']
  const known = Object.entries(module)
    .filter(([name, value]) => !ours.includes(name) && value !== null && !(value instanceof Tensor))
    .map(([name, value]): [string, unknown] => [snakeCase(name), value])
  return JSON.stringify(Object.fromEntries(known.sort(([a], [b]) => (a < b ? -1 : 1))))
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function runPacking(run: Run, plan: PackingPlan): void {
  manualSeed(plan.seed)
  const sequences = plan.sequences.map(drawn)
  run.stage = 'padSequence'
  const padded = padSequence(sequences, plan.pad)
  run.keep(padded)
  run.stage = 'packSequence'
  const sequence = packSequence(sequences, plan.pack)
  run.keep(sequence)
  run.printed.push(String(sequence))
  run.stage = 'padPackedSequence'
  run.keep(padPackedSequence(sequence, plan.padPacked))
  run.stage = 'unpackSequence'
  run.keep(unpackSequence(sequence))
  run.stage = 'packPaddedSequence'
  run.keep(packPaddedSequence(padded, plan.lengths, plan.packPadded))
  run.stage = 'unpadSequence'
  run.keep(unpadSequence(padded, plan.lengths, plan.unpad))
  run.stage = 'invertPermutation'
  run.keep(invertPermutation(sequence.sortedIndices))
}

function runStateDict(run: Run, plan: StateDictPlan): void {
  manualSeed(plan.seed)
  const [source, target] = [construct(plan.source), construct(plan.target)]
  const state = [...source.stateDict()].map(([name, tensor]): [string, Tensor] => [
    plan.rename[name] ?? name,
    tensor,
  ])
  run.stage = 'loadStateDict'
  const { missingKeys, unexpectedKeys } = target.loadStateDict(new Map(state), plan.load)
  run.printed.push(missingKeys.join(','), unexpectedKeys.join(','))
  run.keep([...target.stateDict().values()])
}

/** Makes a module from the name of its class and any arguments, also wrong ones. */
export function construct({ name, args, options }: Construction): Module {
  const found = Object.entries(classes).find(([key]) => key === name)
  if (!found) throw new Error(`no class ${name}`)
  const module: unknown = Reflect.construct(found[1], [...args, options])
  if (module instanceof Module) return module
  throw new Error(`${name} is not a module`)
}

function packed(x: Tensor, { lengths, ...options }: Readonly<Record<string, unknown>>): unknown {
  return call(packPaddedSequence, null, [x, lengths, options])
}

/** Calls a function with arguments that may be wrong. */
// biome-ignore lint/complexity/noBannedTypes: any function
function call(fn: Function, self: unknown, args: readonly unknown[]): unknown {
  return Reflect.apply(fn, self, args)
}

function drawn({ shape, dtype, scale, specials = [] }: Draw): Tensor {
  const result = zeros(shape, { dtype: floatOrInteger(dtype) })
  if (dtype !== 'int64') result.uniform_(-scale, scale)
  for (const [at, value] of specials) {
    if (result.numel === 0) continue
    result
      .view([-1])
      .slice(0, at % result.numel, (at % result.numel) + 1)
      .fill_(numberOf(value))
  }
  return result
}

function drawnState(hx: Draw | readonly Draw[]): Tensor | Tensor[] {
  return 'shape' in hx ? drawn(hx) : hx.map(drawn)
}

function floatOrInteger(dtype: string): 'float32' | 'float64' | 'int64' {
  if (dtype === 'float32' || dtype === 'float64' || dtype === 'int64') return dtype
  throw new Error(`no draws of ${dtype}`)
}

/** A float as both languages write it. */
function numberOf(text: string): number {
  return { nan: Number.NaN, inf: Infinity, '-inf': -Infinity }[text] ?? Number(text)
}

function flat(value: unknown): (Tensor | null)[] {
  if (value === null || value instanceof Tensor) return [value]
  if (value instanceof PackedSequence)
    return [value.data, value.batchSizes, value.sortedIndices, value.unsortedIndices]
  if (Array.isArray(value)) return value.flatMap(flat)
  throw new TypeError(`expected tensors, got ${String(value)}`)
}

function crcOf({ data }: Tensor): number {
  return crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function failureOf(error: unknown, stage: string): Failure {
  if (!(error instanceof Error)) return { class: typeof error, stage, message: String(error) }
  return { class: error.constructor.name, stage, message: error.message }
}
