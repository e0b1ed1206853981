import {
  type Checkpoint,
  CheckpointError,
  type CheckpointSource,
  describe,
  type Format,
  type InspectedGlobal,
  type Inspection,
  inspect,
  type LeftOut,
  type LoadOptions,
  open,
  type RecurrentModule,
  type TensorInfo,
} from '@unroll/weights'

/** One tensor of a file, in a line. */
export interface Entry {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: string
  readonly byteLength: number
}

/** What the page shows of a file: plain data, so that it can be posted. */
export interface Summary {
  readonly file: string
  readonly byteLength: number
  readonly format: Format
  /** The state dict under the names of `loadWeights`; their numbers can be read. */
  readonly weights: readonly Entry[]
  /** Tensors that are no part of it: those of an optimizer, of another state dict, weights in parts. */
  readonly others: readonly Entry[]
  readonly modules: readonly RecurrentModule[]
  /** Classes and functions that the pickle names and that are not made here. */
  readonly globals: readonly InspectedGlobal[]
  readonly leftOut: readonly LeftOut[]
  readonly values: readonly (readonly [path: string, text: string])[]
  readonly metadata: readonly (readonly [name: string, text: string])[]
  /** Why `loadWeights` refuses the file; null where it does not. */
  readonly refusal: string | null
  /** Prefixes that choose between state dicts; empty where there is one. */
  readonly prefixes: readonly string[]
  /** The prefix that is chosen; empty where none is needed. */
  readonly prefix: string
}

export interface ReadFile {
  readonly summary: Summary
  /** Null where the file is refused. */
  readonly checkpoint: Checkpoint | null
}

/** More paths than anybody reads; the tree grows with the file, these lists need not. */
const mostValues = 200
/** A training checkpoint has two or three state dicts. */
const mostPrefixes = 12

/**
 * Reads what describes a file, and no tensor.
 * @param prefix chooses one of several state dicts
 * @throws CheckpointError for what is no checkpoint, or a broken one
 */
export async function readFile(
  source: CheckpointSource,
  options: LoadOptions = {},
  prefix = '',
): Promise<ReadFile> {
  const inspection = await inspect(source, options)
  if (inspection.refusals.loadWeights === null) {
    const checkpoint = await open(source, options)
    return { summary: summaryOf(inspection, checkpoint, [], ''), checkpoint }
  }
  const prefixes = await stateDictsIn(inspection, source, options)
  const chosen = prefixes.includes(prefix) ? prefix : (prefixes[0] ?? '')
  const checkpoint = chosen === '' ? null : await open(source, { ...options, prefix: chosen })
  return { summary: summaryOf(inspection, checkpoint, prefixes, chosen), checkpoint }
}

/** The first parts of paths under which there is a state dict, where a file has more than one. */
async function stateDictsIn(
  { safe, tensors }: Inspection,
  source: CheckpointSource,
  options: LoadOptions,
): Promise<string[]> {
  if (!safe) return []
  const candidates = new Set(Array.from(tensors.keys(), (path) => /^[^.]*\./.exec(path)?.[0] ?? ''))
  const found: string[] = []
  for (const prefix of [...candidates].filter((text) => text !== '').slice(0, mostPrefixes)) {
    try {
      await (await open(source, { ...options, prefix })).close()
      found.push(prefix)
    } catch (error) {
      if (!(error instanceof CheckpointError || error instanceof RangeError)) throw error
    }
  }
  return found
}

function summaryOf(
  inspection: Inspection,
  checkpoint: Checkpoint | null,
  prefixes: readonly string[],
  prefix: string,
): Summary {
  const { file, byteLength, format, tensors, values, metadata, globals, leftOut, modules, refusals } =
    inspection
  const weights = checkpoint?.tensors ?? new Map<string, TensorInfo>()
  const shown = new Set(Array.from(weights.values(), placeOf))
  return {
    file,
    byteLength,
    format,
    weights: Array.from(weights, entryOf),
    others: [...tensors].filter(([, tensor]) => !shown.has(placeOf(tensor))).map(entryOf),
    modules: prefix === '' ? modules : describe(weights),
    globals: globals.filter(({ verdict }) => verdict !== 'allowed'),
    leftOut: prefix === '' ? leftOut : (checkpoint?.leftOut ?? []),
    values: [...values].slice(0, mostValues),
    metadata: [...metadata].slice(0, mostValues),
    refusal: prefix === '' ? refusals.loadWeights : null,
    prefixes,
    prefix,
  }
}

function entryOf([name, { shape, dtype, byteLength }]: readonly [string, TensorInfo]): Entry {
  return { name, shape, dtype, byteLength }
}

/** Where a tensor lies in its file: two names of one place are one tensor. */
function placeOf({ storage, offset, shape, strides }: TensorInfo): string {
  return `${storage.key} ${offset} ${shape} ${strides}`
}
