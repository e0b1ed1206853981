import { describeValue } from '@unroll/kernels'
import { checkInteger } from './arguments.ts'
import { checkModule, moduleAt, modulesOf } from './listedModules.ts'
import { Module } from './module.ts'

/**
 * Modules in a list. They are the children `0`, `1`, and so on. A ModuleList computes nothing: the module that owns it
 * loops over it.
 *
 * ```ts
 * class Deep extends Module {
 *   layers = new ModuleList([new Linear(4, 8), new Linear(8, 8)])
 *
 *   override forward(x: Tensor): Tensor {
 *     for (const layer of this.layers) x = layer.forward(x).relu()
 *     return x
 *   }
 * }
 * ```
 * @see PyTorch: [torch.nn.ModuleList](https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleList.html)
 */
export class ModuleList<M extends Module = Module> extends Module {
  static override readonly name: string = 'ModuleList'

  /** @throws TypeError if `modules` is not an iterable of modules */
  constructor(modules: Iterable<M> = []) {
    super()
    add(this, 'ModuleList', modules)
  }

  /** The number of modules. */
  get length(): number {
    return modulesOf(this).length
  }

  /**
   * The module at a position; negative positions count from the end.
   * @throws RangeError if there is none
   */
  at(index: number): M {
    return moduleAt(this, 'ModuleList', index) as M
  }

  /**
   * Replaces the module at a position; negative positions count from the end.
   * @throws RangeError if there is none, TypeError if `module` is not a module
   */
  set(index: number, module: M): this {
    checkModule('ModuleList.set', module)
    moduleAt(this, 'ModuleList', index)
    this.registerModule(String(index < 0 ? index + this.length : index), module)
    return this
  }

  /** Adds a module at the end. */
  append(module: M): this {
    checkModule('ModuleList.append', module)
    this.registerModule(String(this.length), module)
    return this
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<M>): this {
    add(this, 'ModuleList.extend', modules)
    return this
  }

  /**
   * Adds a module before the one at a position, or at the end; negative positions count from the end.
   * @throws RangeError if there is no such position
   */
  insert(index: number, module: M): this {
    checkModule('ModuleList.insert', module)
    checkInteger('ModuleList.insert', 'index', index)
    const { length } = this
    const at = index < 0 ? index + length : index
    if (at < 0 || at > length) {
      throw new RangeError(
        `ModuleList.insert: expected a position from ${-length} to ${length}, got ${index}`,
      )
    }
    const behind = modulesOf(this).slice(at)
    for (const [offset, each] of [module, ...behind].entries()) this.registerModule(String(at + offset), each)
    return this
  }

  /**
   * Removes the module at a position, by default the last one, and returns it.
   * @throws RangeError if there is none
   */
  pop(index = -1): M {
    const module = this.at(index)
    const behind = modulesOf(this)
      .slice(index < 0 ? index + this.length : index)
      .slice(1)
    const first = this.length - behind.length - 1
    for (const [offset, each] of behind.entries()) this.registerModule(String(first + offset), each)
    Reflect.deleteProperty(this, String(this.length - 1))
    return module
  }

  /** The positions. */
  keys(): IterableIterator<number> {
    return modulesOf(this).keys()
  }

  values(): IterableIterator<M> {
    return (modulesOf(this) as M[]).values()
  }

  /** Positions and modules. */
  entries(): IterableIterator<[index: number, module: M]> {
    return (modulesOf(this) as M[]).entries()
  }

  [Symbol.iterator](): IterableIterator<M> {
    return this.values()
  }

  /** The list as PyTorch prints it: equal modules in a row are printed once. */
  override toString(): string {
    const runs: { first: number; last: number; text: string }[] = []
    for (const [index, module] of this.entries()) {
      const text = module.toString()
      const run = runs.at(-1)
      if (run?.text === text) run.last = index
      else runs.push({ first: index, last: index, text })
    }
    if (runs.length === 0) return `${this.constructor.name}()`
    const lines = runs.map(({ first, last, text }) => {
      const times = first === last ? `(${first}): ` : `(${first}-${last}): ${last - first + 1} x `
      return `  ${(times + text).replaceAll('\n', '\n  ')}`
    })
    return `${this.constructor.name}(\n${lines.join('\n')}\n)`
  }
}

function add(list: Module, who: string, modules: Iterable<Module>): void {
  if (typeof modules !== 'object' || modules === null || !(Symbol.iterator in modules)) {
    throw new TypeError(`${who}: expected an array of modules, got ${describeValue(modules)}`)
  }
  const added = [...modules]
  for (const module of added) checkModule(who, module)
  const { length } = modulesOf(list)
  for (const [offset, module] of added.entries()) list.registerModule(String(length + offset), module)
}
