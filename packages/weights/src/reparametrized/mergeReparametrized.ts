import { type CheckpointLocation, CorruptCheckpointError } from '../errors.ts'
import type { StorageSpec, TensorSpec } from '../tensor/tensorSpec.ts'
import { pruned, spectralNorm, weightNorm } from './formulas.ts'
import { type Merge, mergedSpec, type PartCache } from './mergedSpec.ts'

type Tensors = ReadonlyMap<string, TensorSpec>

/** A reparametrized weight: the tensors it consists of, and how they are put together. */
interface Found {
  readonly target: string
  /** The parts, in the order of the formula's arguments. */
  readonly parts: readonly string[]
  /** Further tensors that belong to it, but are not in the formula. */
  readonly others?: readonly string[]
  /** Null if the first part is the weight itself. */
  readonly formula: ((...specs: TensorSpec[]) => Merge | null) | null
  /** The part that has the weight's shape. Default 0. */
  readonly like?: number
}

/** A kind of reparametrization: finds the weight that a tensor's name belongs to; null if it is not of this kind. */
type Rule = (name: string, tensors: Tensors, groups: ReadonlyMap<string, number>) => Found | null

const rules: readonly Rule[] = [
  // torch.nn.utils.prune
  (name) => {
    const base = without(name, '_orig')
    return base === null ? null : { target: base, parts: [name, `${base}_mask`], formula: two(pruned) }
  },
  // torch.nn.utils.spectral_norm; before PyTorch 1.1 without v, with the weight itself.
  (name, tensors) => {
    const base = without(name, '_orig')
    if (base === null) return null
    const [u, v] = [`${base}_u`, `${base}_v`]
    if (!tensors.has(v) && tensors.has(base) && tensors.has(u)) {
      return { target: base, parts: [base], others: [name, u], formula: null }
    }
    return { target: base, parts: [name, u, v], formula: three(spectralNorm) }
  },
  // torch.nn.utils.parametrizations.spectral_norm
  (name, _tensors, groups) => {
    const found = parametrized(name, '.original')
    if (found === null || groups.get(found.group) !== 3) return null
    const { target, group } = found
    return { target, parts: [name, `${group}0._u`, `${group}0._v`], formula: three(spectralNorm) }
  },
  // torch.nn.utils.weight_norm
  (name) => {
    const base = without(name, '_g')
    if (base?.slice(base.lastIndexOf('.') + 1).includes('weight') !== true) return null
    return { target: base, parts: [name, `${base}_v`], formula: two(weightNorm), like: 1 }
  },
  // torch.nn.utils.parametrizations.weight_norm
  (name, _tensors, groups) => {
    const found = parametrized(name, '.original0')
    if (found === null || groups.get(found.group) !== 2) return null
    const { target, group } = found
    return { target, parts: [name, `${group}original1`], formula: two(weightNorm), like: 1 }
  },
  // WeightDrop keeps the weight without dropout beside the layer or in it. The tensor with the weight's own name has dropout.
  (name, tensors, groups) => {
    const path = without(name, '_raw')
    if (path === null) return null
    const prefix = path.slice(0, path.lastIndexOf('.') + 1)
    const base = path.slice(prefix.length)
    if (!/^((weight|bias)_(ih|hh|hr)(_l\d+(_reverse)?)?|weight)$/.test(base)) return null
    const inner = `${prefix}module.`
    const target = (groups.has(inner) ? inner : prefix) + base
    const others = tensors.has(target) ? [target] : []
    return base === 'weight' && others.length > 0 ? null : { target, parts: [name], others, formula: null }
  },
]

/**
 * Puts weights together that training took apart. What weight norm, spectral norm, pruning and WeightDrop leave in a state dict
 * becomes `weight`, as PyTorch computes it in evaluation. Tensors that only have such names, but other shapes, stay as they are.
 * @throws CorruptCheckpointError if all weights together would be much larger than the file
 */
export function mergeReparametrized(tensors: Tensors, at: CheckpointLocation): Map<string, TensorSpec> {
  let merged = new Map(tensors)
  const cache: PartCache = new Map()
  const budget = new Budget(tensors, at)
  for (const rule of rules) merged = apply(rule, merged, cache, budget)
  return merged
}

function apply(rule: Rule, tensors: Tensors, cache: PartCache, budget: Budget): Map<string, TensorSpec> {
  const groups = groupSizes(tensors)
  const taken = new Set<string>()
  const made = new Map<string, [target: string, spec: TensorSpec]>()
  const targets = new Set<string>()
  for (const name of tensors.keys()) {
    const found = rule(name, tensors, groups)
    if (found === null || targets.has(found.target)) continue
    const used = [...found.parts, ...(found.others ?? [])]
    if (tensors.has(found.target) && !used.includes(found.target)) continue
    const spec = specOf(found, tensors, cache)
    if (spec === null || used.some((part) => taken.has(part))) continue
    if (found.formula !== null) budget.take(spec)
    targets.add(found.target)
    for (const part of used) taken.add(part)
    made.set(name, [found.target, spec])
  }
  if (made.size === 0) return new Map(tensors)
  // In the place of the part that was found first.
  const result = new Map<string, TensorSpec>()
  for (const [name, spec] of tensors) {
    const [target, weight] = made.get(name) ?? [name, spec]
    if (made.has(name) || !taken.has(name)) result.set(target, weight)
  }
  return result
}

function specOf({ parts, formula, like = 0 }: Found, tensors: Tensors, cache: PartCache): TensorSpec | null {
  const specs = parts.map((part) => tensors.get(part)).filter((spec) => spec !== undefined)
  const weight = specs[like]
  if (weight === undefined || specs.length !== parts.length) return null
  if (formula === null) return weight
  const merge = formula(...specs)
  return merge === null ? null : mergedSpec(parts, specs, weight, merge, cache)
}

function two(formula: (a: TensorSpec, b: TensorSpec) => Merge | null): NonNullable<Found['formula']> {
  return (a, b) => (a === undefined || b === undefined ? null : formula(a, b))
}

function three(
  formula: (a: TensorSpec, b: TensorSpec, c: TensorSpec) => Merge | null,
): NonNullable<Found['formula']> {
  return (a, b, c) => (a === undefined || b === undefined || c === undefined ? null : formula(a, b, c))
}

/** A name without its ending; null if it ends differently, or is nothing but the ending. */
function without(name: string, ending: string): string | null {
  return name.length > ending.length && name.endsWith(ending) ? name.slice(0, -ending.length) : null
}

const folder = 'parametrizations.'

/** `rnn.parametrizations.weight.original`: the group `rnn.parametrizations.weight.` and the weight `rnn.weight`. */
function parametrized(name: string, ending: string): { group: string; target: string } | null {
  const path = without(name, ending)
  if (path === null) return null
  const weight = path.slice(path.lastIndexOf('.') + 1)
  const inside = path.slice(0, -weight.length)
  const prefix = inside === folder ? '' : without(inside, `.${folder}`)
  if (prefix === null || weight === '') return null
  return { group: `${path}.`, target: prefix === '' ? weight : `${prefix}.${weight}` }
}

/** The group of a tensor: the prefix `...parametrizations.name.` of a part of a weight, else the prefix of its module. */
function groupOf(name: string): string {
  const start = name.lastIndexOf(folder)
  const isFolder = start === 0 || name[start - 1] === '.'
  const end = start < 0 || !isFolder ? -1 : name.indexOf('.', start + folder.length)
  return name.slice(0, (end < 0 ? name.lastIndexOf('.') : end) + 1)
}

/** How many tensors there are in each group. */
function groupSizes(tensors: Tensors): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const name of tensors.keys()) {
    const group = groupOf(name)
    sizes.set(group, (sizes.get(group) ?? 0) + 1)
  }
  return sizes
}

/** Keeps the size of what is computed near that of the file, since any number of parts may be views of one storage. */
class Budget {
  readonly #at: CheckpointLocation
  readonly #limit: number
  #left: number

  constructor(tensors: Tensors, at: CheckpointLocation) {
    this.#at = at
    const storages = new Set<StorageSpec>()
    for (const { storage } of tensors.values()) storages.add(storage)
    let bytes = 0
    for (const { byteLength } of storages) bytes += byteLength
    const [first] = storages
    this.#limit = first?.content.limits.expandedElements ?? 0
    this.#left = bytes + this.#limit
  }

  take({ storage }: TensorSpec): void {
    this.#left -= storage.byteLength
    if (this.#left >= 0) return
    throw new CorruptCheckpointError(
      `its reparametrized weights are over ${this.#limit} bytes larger than the storages they are computed of, the limit`,
      this.#at,
    )
  }
}
