import { describeValue } from '@unroll/kernels'
import { checkInteger } from './arguments.ts'
import { propertiesOf } from './members.ts'
import { Module } from './module.ts'

// Modules in a list: their names are 0, 1, and so on.

export function modulesOf(list: Module): Module[] {
  return propertiesOf(list, Module).map(([, module]) => module)
}

/**
 * The module at a position; negative positions count from the end.
 * @throws RangeError if there is none
 */
export function moduleAt(list: Module, who: string, index: number): Module {
  checkInteger(`${who}.at`, 'index', index)
  const modules = modulesOf(list)
  const module = modules.at(index)
  if (module) return module
  throw new RangeError(
    `${who}.at: expected a position from ${-modules.length} to ${modules.length - 1}, got ${index}`,
  )
}

/** @throws TypeError unless `value` is a module */
export function checkModule(who: string, value: unknown): asserts value is Module {
  if (value instanceof Module) return
  throw new TypeError(`${who}: expected modules, got ${describeValue(value)}${remedyFor(value)}`)
}

function remedyFor(value: unknown): string {
  if (Array.isArray(value)) return '; give them one by one: (...modules)'
  if (typeof value === 'function' && value.prototype instanceof Module)
    return `; write new ${value.name}(...)`
  const isOther = typeof value === 'object' && value !== null && 'namedParameters' in value
  return isOther
    ? ' of another copy of @unroll/nn; let every package use the same one (npm ls @unroll/nn, npm dedupe)'
    : ''
}
