import { type CheckpointLocation, UnsupportedFormatError } from '../errors.ts'
import { globalPath, type PickleGlobal } from '../pickle/values.ts'
import type { Contents, Making, Reader, Weights } from '../reader.ts'
import { TensorSpec } from '../tensor/tensorSpec.ts'
import { lossyUtf8 } from '../utf8.ts'
import type { PickledObject } from './checkpoint.ts'
import { contentsOf } from './contentsOf.ts'
import { flatten } from './flatten.ts'
import type { Node } from './node.ts'
import { Opaque } from './opaque.ts'
import type { Saved } from './savedValue.ts'
import { checkNames, hasWeights, openNode } from './torchReader.ts'
import { openPickle, type TorchArchive } from './zipCheckpoint.ts'

/** Names of the parameters and buffers of a class, as its program text lists them. */
type Members = ReadonlySet<string>

/** True for what torch.jit.save writes: a second pickle, of constants, marks it. */
export function isTorchScript({ archive, root }: TorchArchive): boolean {
  return archive.entries.has(`${root}/constants.pkl`)
}

/**
 * Opens what torch.jit.save wrote. The module is an object of pickled attributes; which of them are parameters and
 * buffers stands in `code/`, of which only the lists of names are read. No program is run.
 * @throws CorruptCheckpointError, UnsafePickleError
 */
export async function openTorchScript(opened: TorchArchive): Promise<Reader> {
  const module = await openPickle(opened, 'data')
  const constants = await openPickle(opened, 'constants')
  return new TorchScriptReader(module, constants, await readMembers(opened, module.pickle.globals))
}

class TorchScriptReader implements Reader {
  readonly format = 'torchscript'
  readonly at: CheckpointLocation
  readonly globals: readonly PickleGlobal[]
  readonly #module: PickledObject
  readonly #constants: PickledObject
  readonly #members: ReadonlyMap<string, Members>

  constructor(module: PickledObject, constants: PickledObject, members: ReadonlyMap<string, Members>) {
    this.at = module.at
    this.globals = [...module.pickle.globals, ...constants.pickle.globals]
    this.#module = module
    this.#constants = constants
    this.#members = members
  }

  saved<T>(_making: Making<T>): Saved<T> {
    checkNames(this.#module)
    const remedy = hasWeights(this)
      ? 'loadWeights gives its parameters and buffers'
      : 'inspect shows what is in it'
    throw new UnsupportedFormatError(`is a TorchScript archive, a program and its weights; ${remedy}`, {
      file: this.at.file,
    })
  }

  weights(): Weights {
    checkNames(this.#module)
    const root = openNode(this.#module)
    const top = this.#state(root)
    if (top === null) throw new UnsupportedFormatError('is a TorchScript archive without a module', this.at)
    const weights = flatten(top, (node) => this.#state(node), this.at, this.#module.limits)
    if (weights.tensors.size === 0) this.#refuseFrozen()
    return weights
  }

  contents(): Contents {
    const { metadata, limits } = this.#module
    const module = contentsOf(openNode(this.#module), limits)
    const constants = contentsOf(openNode(this.#constants), limits)
    const tensors = new Map(module.tensors)
    for (const [path, spec] of constants.tensors) tensors.set(`<constants>.${path}`, spec)
    return { tensors, values: module.values, metadata, globals: this.globals }
  }

  /** A module's parameters, buffers and submodules, by name; null for what is no module. */
  #state(module: Node): [Node, Node][] | null {
    if (!(module instanceof Opaque) || module.class?.module.startsWith('__torch__') !== true) return null
    if (module.refusal.kind === 'unsupported') return null
    const members = this.#members.get(globalPath(module.class))
    // Without program text there is no telling, and tensors are mostly parameters.
    return [...(module.attributes() ?? [])].filter(
      ([name, value]) =>
        !(value instanceof TensorSpec) || (typeof name === 'string' && members?.has(name) !== false),
    )
  }

  /** torch.jit.freeze turns parameters into constants of the program, and their names are gone. */
  #refuseFrozen(): void {
    const { tensors } = contentsOf(openNode(this.#constants), this.#constants.limits)
    if (tensors.size === 0) return
    const some = [...tensors.values()].slice(0, 6).map(({ dtype, shape }) => `${dtype} (${shape.join(', ')})`)
    throw new UnsupportedFormatError(
      `is a frozen TorchScript module: its ${tensors.size} tensors (${some.join('; ')}${tensors.size > 6 ? '; ...' : ''}) ` +
        'are constants, and what is missing are the names of its parameters; save it without torch.jit.freeze',
      this.#constants.at,
    )
  }
}

/** Reads the program text of every class the pickle names, for its `__parameters__` and `__buffers__`. */
async function readMembers(
  { archive, root }: TorchArchive,
  globals: readonly PickleGlobal[],
): Promise<Map<string, Members>> {
  const members = new Map<string, Members>()
  const texts = new Map<string, string | null>()
  for (const global of globals) {
    if (!global.module.startsWith('__torch__')) continue
    const record = `${root}/code/${global.module.replaceAll('.', '/')}.py`
    const entry = archive.entries.get(record)
    if (entry !== undefined && !texts.has(record)) {
      const small = entry.size <= archive.source.limits.codeBytes
      texts.set(record, small ? lossyUtf8.decode(await archive.read(record)) : null)
    }
    const found = membersOf(texts.get(record) ?? '', global.name)
    if (found !== null) members.set(globalPath(global), found)
  }
  return members
}

/** `class Name(Module):`, then a line each of `__parameters__ = ["weight", ]` and `__buffers__ = []`. */
function membersOf(code: string, name: string): Members | null {
  const head = code.indexOf(`class ${name}(Module):\n`)
  if (head < 0) return null
  const lines = code.slice(head, code.indexOf('\n  def ', head) >>> 0).split('\n')
  const lists = lines.filter((line) => /^ {2}__(parameters|buffers)__ = \[/.test(line))
  if (lists.length === 0) return null
  return new Set(lists.flatMap((line) => [...line.matchAll(/"([^"]*)"/g)].map(([, member = '']) => member)))
}
