import { optionsOf } from '@unroll/kernels'
import { type DescribedTensor, describe, type RecurrentModule } from './describe.ts'
import { CheckpointError } from './errors.ts'
import type { LeftOut } from './leftOut.ts'
import { checkSaved } from './load.ts'
import { globalPath, type PickleGlobal } from './pickle/values.ts'
import type { Contents, Format, Reader } from './reader.ts'
import type { CheckpointSource } from './source/openSource.ts'
import type { StorageSpec } from './tensor/tensorSpec.ts'
import { type TensorInfo, tensorInfo } from './tensorInfo.ts'
import { isAllowed, isDangerous } from './torch/allowList.ts'
import { unsupportedKind } from './torch/unsupported.ts'
import { loadable, unheldIn, weightsOf } from './weightsOf.ts'
import { type LoadOptions, loadDefaults, withReader } from './withReader.ts'

/** How a name in a pickle is treated. */
export type Verdict =
  /** Made by `load`. */
  | 'allowed'
  /** Not on the allow-list: an inert record in `load`, left out by `loadWeights`. */
  | 'unlisted'
  /** A tensor that cannot be represented: treated like an object that is not on the list. */
  | 'unsupported'
  /** Only an attack needs it: the file is refused. */
  | 'dangerous'

export interface InspectedGlobal {
  /** `torch._utils._rebuild_tensor_v2` */
  readonly name: string
  readonly verdict: Verdict
  /** The offset of its first mention in the pickle, in bytes. */
  readonly offset: number
}

/** What a file holds, without its tensors' data; see {@link inspect}. */
export interface Inspection {
  readonly file: string
  readonly byteLength: number
  readonly format: Format
  /** Every tensor in the file, by path, also outside the state dict (an optimizer's, for one). */
  readonly tensors: ReadonlyMap<string, TensorInfo>
  /** Paths of tensors that share a storage, group by group. */
  readonly shared: readonly (readonly string[])[]
  /** Other values, by path, as short text. */
  readonly values: ReadonlyMap<string, string>
  /** The format's own notes: versions, byte order, safetensors' metadata. */
  readonly metadata: ReadonlyMap<string, string>
  /** Classes and functions that its pickle names, each once. */
  readonly globals: readonly InspectedGlobal[]
  /** False if the pickle names something dangerous. Reading it here is harmless all the same. */
  readonly safe: boolean
  /** What `loadWeights` leaves out because no tensor can hold it, and why. */
  readonly leftOut: readonly LeftOut[]
  /** Recurrent modules in its state dict, with the prefixes `fromStateDict` takes. */
  readonly modules: readonly RecurrentModule[]
  /** Why `load` and `loadWeights` would refuse the file before they read a tensor; null if they would not. */
  readonly refusals: { readonly load: string | null; readonly loadWeights: string | null }
}

/**
 * Tells what a checkpoint holds, without reading the data of tensors. Files that `load` refuses can be inspected, too: dangerous
 * names are listed, and nothing is done with them.
 * @throws as `load`, for files that cannot be understood
 *
 * @example
 * const { tensors, safe, modules } = await inspect('model.pt')
 * for (const [name, { dtype, shape }] of tensors) console.log(name, dtype, shape)
 */
export async function inspect(source: CheckpointSource, options?: LoadOptions | null): Promise<Inspection> {
  const own = optionsOf<LoadOptions>('inspect', options, loadDefaults)
  return withReader('inspect', source, own, ({ reader, source: { name, byteLength } }) => {
    const contents = contentsOf(reader)
    const globals = inspectGlobals(contents.globals)
    const weights = attempt(() => weightsOf('inspect', reader))
    const { value } = weights
    const made = value === null ? weights : attempt(() => loadable(reader, value))
    return {
      file: name,
      byteLength,
      format: reader.format,
      tensors: new Map(Array.from(contents.tensors, ([path, spec]) => [path, tensorInfo(spec)])),
      shared: sharedIn(contents),
      values: contents.values,
      metadata: contents.metadata,
      globals,
      safe: globals.every(({ verdict }) => verdict !== 'dangerous'),
      leftOut: value === null ? [] : [...unheldIn(value.tensors), ...value.leftOut],
      modules: describe(value?.tensors ?? new Map<string, DescribedTensor>()),
      refusals: { load: attempt(() => checkSaved(reader)).refusal, loadWeights: made.refusal },
    }
  })
}

/** Everything that can be shown. If the parts of an object contradict each other, only its names are. */
function contentsOf(reader: Reader): Contents {
  const { value } = attempt(() => reader.contents())
  return value ?? { tensors: new Map(), values: new Map(), metadata: new Map(), globals: reader.globals }
}

interface Attempt<T> {
  readonly value: T | null
  readonly refusal: string | null
}

function attempt<T>(make: () => T): Attempt<T> {
  try {
    return { value: make(), refusal: null }
  } catch (error) {
    if (error instanceof CheckpointError) return { value: null, refusal: `${error.name}: ${error.message}` }
    throw error
  }
}

function sharedIn({ tensors }: Contents): string[][] {
  const paths = new Map<StorageSpec, string[]>()
  for (const [path, { storage }] of tensors) {
    const group = paths.get(storage)
    if (group === undefined) paths.set(storage, [path])
    else group.push(path)
  }
  return [...paths.values()].filter((group) => group.length > 1)
}

function inspectGlobals(globals: readonly PickleGlobal[]): InspectedGlobal[] {
  const found = new Map<string, InspectedGlobal>()
  for (const global of globals) {
    const name = globalPath(global)
    if (!found.has(name)) found.set(name, { name, verdict: verdictOf(global), offset: global.offset })
  }
  return [...found.values()]
}

function verdictOf(global: PickleGlobal): Verdict {
  if (isDangerous(global)) return 'dangerous'
  if (unsupportedKind(global) !== null) return 'unsupported'
  return isAllowed(global) ? 'allowed' : 'unlisted'
}
