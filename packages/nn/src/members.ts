import { describeValue } from '@unroll/kernels'
import { Tensor } from '@unroll/tensor'
import { checkedOptions, checkType } from './arguments.ts'
import { moduleState } from './moduleState.ts'
import { Parameter } from './parameter.ts'
import type { StateSlot } from './stateDict.ts'

// The members of a module: its properties that hold parameters, buffers and modules.

/** Which members are listed, and under which names. */
export interface MembersOptions {
  /** Path to put before every name, joined by a dot. Default none. */
  readonly prefix?: string
  /** List the members of children too. Default true. */
  readonly recurse?: boolean
  /** List a member with several paths once, under the first path. Default true. */
  readonly removeDuplicate?: boolean
}

/** The part of a module that is used here. */
interface Owner {
  namedModules(options?: Omit<MembersOptions, 'recurse'>): [path: string, module: Owner][]
  getSubmodule(path: string): Owner
}

/** The own properties that hold an instance of `type`, in the order they were set. */
export function propertiesOf<T>(
  object: object,
  type: abstract new (...args: never[]) => T,
): [name: string, value: T][] {
  return Object.entries(object).filter((entry): entry is [string, T] => entry[1] instanceof type)
}

/** The tensors that were registered as buffers. */
export function buffersOf(module: object): [name: string, buffer: Tensor][] {
  const { buffers } = moduleState(module)
  return propertiesOf(module, Tensor).filter(([name]) => buffers.has(name))
}

/** Drops entries whose value came before. */
export function unique<T>(entries: Iterable<[string, T]>): [string, T][] {
  const seen = new Set<T>()
  return [...entries].filter(([, value]) => !seen.has(value) && seen.add(value))
}

export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** Makes `value` the property `name`. `registerParameter`, `registerBuffer` and `registerModule` call it. */
export function registerMember(
  module: object,
  method: string,
  name: string,
  value: unknown,
  type: abstract new (...args: never[]) => unknown,
  replaces: (present: unknown) => boolean,
): void {
  const who = `${nameOf(module)}.${method}`
  checkType(who, 'name', name, 'string')
  if (name === '' || name.includes('.')) {
    throw new RangeError(`${who}: expected a name without dots that is not empty, got "${name}"`)
  }
  const present: unknown = Reflect.get(module, name)
  if (present !== undefined && present !== null && !replaces(present)) {
    throw new RangeError(`${who}: expected a name that is free, got "${name}", which is another property`)
  }
  if (value !== null && !(value instanceof type)) {
    throw new TypeError(`${who}: expected a ${type.name} or null for "${name}", got ${describeValue(value)}`)
  }
  Object.defineProperty(module, name, { value, configurable: true, writable: true, enumerable: true })
}

/** Members of the module and its children. `namedParameters` and `namedBuffers` call it. */
export function membersOf<T>(
  module: Owner,
  method: string,
  options: MembersOptions,
  own: (module: object) => [string, T][],
): [string, T][] {
  const { prefix, recurse, removeDuplicate } = checkedOptions<Required<MembersOptions>>(
    `${nameOf(module)}.${method}`,
    options,
    { prefix: '', recurse: true, removeDuplicate: true },
    'prefix',
  )
  const modules = recurse ? module.namedModules({ prefix, removeDuplicate }) : [[prefix, module] as const]
  const members = modules.flatMap(([path, each]) =>
    own(each).map(([name, member]): [string, T] => [joinPath(path, name), member]),
  )
  return removeDuplicate ? unique(members) : members
}

/** The member that has a path. `getParameter` and `getBuffer` call it. */
export function findMember<T>(
  module: Owner,
  method: string,
  path: string,
  own: (module: object) => [string, T][],
): T {
  checkType(`${nameOf(module)}.${method}`, 'path', path, 'string')
  const dot = path.lastIndexOf('.')
  const members = own(module.getSubmodule(path.slice(0, Math.max(dot, 0))))
  const found = members.find(([name]) => name === path.slice(dot + 1))
  if (found) return found[1]
  throw new RangeError(
    `${nameOf(module)}.${method}: nothing has the path "${path}"; ` +
      `expected the last name to be one of ${members.map(([name]) => `"${name}"`).join(', ') || 'none'}`,
  )
}

/** The places that the entries of a state dict go to. */
export function slotsOf(module: Owner): StateSlot[] {
  return module.namedModules({ removeDuplicate: false }).flatMap(([path, each]) => {
    const { buffers, optional } = moduleState(each)
    const saved = buffersOf(each).filter(([name]) => buffers.get(name))
    return [...propertiesOf(each, Parameter), ...saved].map(
      ([name, tensor]): StateSlot => ({
        key: joinPath(path, name),
        tensor,
        owner: each,
        name,
        optional: optional.has(name),
      }),
    )
  })
}

/** The name of a module in messages. */
export function nameOf(module: object): string {
  return module.constructor.name
}
