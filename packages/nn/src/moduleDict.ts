import { describeValue } from '@unroll/kernels'
import { checkType } from './arguments.ts'
import { checkModule } from './listedModules.ts'
import { propertiesOf } from './members.ts'
import { Module } from './module.ts'

/** What a {@link ModuleDict} can be made from. */
export type ModulesByName<M extends Module = Module> =
  | Readonly<Record<string, M>>
  | Iterable<readonly [name: string, module: M]>

/**
 * Modules by name, used like a Map. Each module is a child of that name. A ModuleDict computes nothing. Names that are
 * whole numbers come first and in order, as in every JavaScript object.
 *
 * ```ts
 * class Choice extends Module {
 *   heads = new ModuleDict({ mean: new Linear(8, 1), class: new Linear(8, 5) })
 *
 *   override forward(x: Tensor, head: 'mean' | 'class'): Tensor {
 *     return this.heads.get(head).forward(x)
 *   }
 * }
 * ```
 * @see PyTorch: [torch.nn.ModuleDict](https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html)
 */
export class ModuleDict<M extends Module = Module> extends Module {
  static override readonly name: string = 'ModuleDict'

  /**
   * @param modules a plain object, a Map, a ModuleDict, or pairs
   * @throws TypeError if it is something else, RangeError on a name that is empty, has dots, or is already taken
   */
  constructor(modules: ModulesByName<M> = {}) {
    super()
    update(this, 'ModuleDict', modules)
  }

  /** The number of modules. */
  get size(): number {
    return propertiesOf(this, Module).length
  }

  /** @throws RangeError if there is no module of this name */
  get(name: string): M {
    checkType('ModuleDict.get', 'name', name, 'string')
    const found = [...this.entries()].find(([key]) => key === name)
    if (found) return found[1]
    throw new RangeError(
      `ModuleDict.get: expected one of the names ${[...this.keys()].map((key) => `"${key}"`).join(', ') || 'of none'}, got "${name}"`,
    )
  }

  has(name: string): boolean {
    return propertiesOf(this, Module).some(([key]) => key === name)
  }

  /** Adds a module, or replaces the one of this name. */
  set(name: string, module: M): this {
    checkModule('ModuleDict.set', module)
    this.registerModule(name, module)
    return this
  }

  /** Adds modules, and replaces those of the same names. */
  update(modules: ModulesByName<M>): this {
    update(this, 'ModuleDict.update', modules)
    return this
  }

  /** @returns true if there was a module of this name */
  delete(name: string): boolean {
    return this.has(name) && Reflect.deleteProperty(this, name)
  }

  /**
   * Removes the module of a name and returns it.
   * @throws RangeError if there is none
   */
  pop(name: string): M {
    const module = this.get(name)
    this.delete(name)
    return module
  }

  /** Removes all modules. */
  clear(): void {
    for (const name of this.keys()) this.delete(name)
  }

  keys(): IterableIterator<string> {
    return propertiesOf(this, Module)
      .map(([name]) => name)
      .values()
  }

  values(): IterableIterator<M> {
    return propertiesOf(this, Module)
      .map(([, module]) => module as M)
      .values()
  }

  /** Names and modules. */
  entries(): IterableIterator<[name: string, module: M]> {
    return (propertiesOf(this, Module) as [string, M][]).values()
  }

  [Symbol.iterator](): IterableIterator<[name: string, module: M]> {
    return this.entries()
  }
}

function update(dict: Module, who: string, modules: ModulesByName): void {
  if (typeof modules !== 'object' || modules === null) {
    throw new TypeError(`${who}: expected an object or Map of modules, got ${describeValue(modules)}`)
  }
  const pairs: readonly unknown[] = Symbol.iterator in modules ? [...modules] : Object.entries(modules)
  const entries = pairs.map((pair): [string, Module] => {
    const [name, module]: readonly unknown[] = Array.isArray(pair) ? pair : []
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError(`${who}: expected pairs [name, module], got ${describeValue(pair)}`)
    }
    checkModule(who, module)
    if (typeof name === 'string') return [name, module]
    throw new TypeError(`${who}: expected names to be strings, got ${describeValue(name)}`)
  })
  for (const [name, module] of entries) dict.registerModule(name, module)
}
