import type { LeftOut } from '../leftOut.ts'
import { TensorSpec } from '../tensor/tensorSpec.ts'
import type { Node } from './node.ts'
import { Opaque } from './opaque.ts'
import { packed } from './unsupported.ts'

/**
 * Weights of layers that `quantize_dynamic(..., dtype=torch.float16)` made. They are packed in objects of C++ classes, but are in
 * the file as float32 tensors, rounded to what float16 can hold. So they get the names back that they had in the original layers.
 * int8 weights do not: their numbers are different.
 */
export class PackedWeights {
  /** Weights and biases by the layer's prefix, in the order of its `_all_weight_values`: by layer, then direction. */
  readonly #recurrent = new Map<string, Packed[]>()
  readonly #others = new Map<string, Packed>()
  readonly leftOut: LeftOut[] = []

  /** Takes an entry of a state dict; false if it is not a packed weight. */
  take(name: string, node: Node): boolean {
    const isTuple = /(^|\.)_packed_params$/.test(name) && Array.isArray(node)
    const isObject = node instanceof Opaque && node.refusal === packed
    if (!isTuple && !isObject) return false
    const [, layer = '', index] = /^(.*)_all_weight_values\.(\d{1,4})\.param$/s.exec(name) ?? []
    const state = isTuple ? node : stateOf(node)
    if (index !== undefined) {
      const cell = cellOf(state)
      const known = this.#recurrent.get(layer) ?? []
      if (cell === null) return this.#leave(name, `packed int8 weights of a recurrent layer`)
      if (Number(index) * 2 !== known.length)
        return this.#leave(name, 'packed weights without those before them')
      this.#recurrent.set(layer, [...known, ...cell])
      return true
    }
    const linear = /(^|[._])_packed_(params|weight_(ih|hh))$/.test(name) ? linearOf(state) : null
    if (linear === null) return this.#leave(name, 'packed int8 weights of a quantized layer')
    this.#others.set(name, linear)
    return true
  }

  #leave(name: string, what: string): true {
    this.leftOut.push({ name, what, why: packed.why })
    return true
  }

  /** Adds the weights to `tensors`, under the names they have in the layers that were quantized. */
  unpack(tensors: Map<string, TensorSpec>): void {
    const add = (weight: string, bias: string, parts: Packed): void => {
      for (const [name, spec] of [
        [weight, parts.weight],
        [bias, parts.bias],
      ] as const) {
        if (spec !== null && !tensors.has(name)) tensors.set(name, spec)
      }
    }
    for (const [name, parts] of this.#others) {
      const cell = /^(.*)_packed_weight_(ih|hh)$/s.exec(name)
      if (cell !== null) {
        add(`${cell[1]}weight_${cell[2]}`, `${cell[1]}bias_${cell[2]}`, parts)
        continue
      }
      const prefix = name.replace(/(_packed_params\.)?_packed_params$/, '')
      // Entries that a layer in float16 does not need.
      for (const unused of ['scale', 'zero_point']) tensors.delete(prefix + unused)
      add(`${prefix}weight`, `${prefix}bias`, parts)
    }
    for (const [prefix, parts] of this.#recurrent) {
      const directions = directionsOf(parts)
      if (directions === null) {
        const name = `${prefix}_all_weight_values`
        this.leftOut.push({
          name,
          what: 'two sets of packed float16 weights, of two layers or of two directions',
          why: 'their shapes do not tell which: save the float model, from before quantize_dynamic',
        })
        continue
      }
      parts.forEach((part, i) => {
        const place = i >> 1
        const suffix = `_l${Math.floor(place / directions)}${place % directions === 1 ? '_reverse' : ''}`
        const side = i % 2 === 0 ? 'ih' : 'hh'
        add(`${prefix}weight_${side}${suffix}`, `${prefix}bias_${side}${suffix}`, part)
      })
    }
  }
}

interface Packed {
  readonly weight: TensorSpec
  readonly bias: TensorSpec | null
}

/** The arguments of the C++ class. Outside TorchScript the name of the class follows. */
function stateOf(node: Node): Node {
  if (!(node instanceof Opaque)) return null
  const state = node.state() ?? null
  return Array.isArray(state) && state.length === 2 && typeof state[1] === 'string'
    ? (state[0] ?? null)
    : state
}

/** `(weight, bias)`, plain tensors where they are float16's; null for others. */
function linearOf(state: Node): Packed | null {
  const [weight, bias = null] = Array.isArray(state) ? state : []
  if (!(weight instanceof TensorSpec) || weight.shape.length !== 2) return null
  if (weight.dtype !== 'float32' && weight.dtype !== 'float16') return null
  return bias === null || bias instanceof TensorSpec ? { weight, bias } : null
}

/** `('quantized_fp16', [], [], [], [ih, hh])`, with the two as {@link linearOf} reads them. */
function cellOf(state: Node): [ih: Packed, hh: Packed] | null {
  if (!Array.isArray(state) || state[0] !== 'quantized_fp16') return null
  const parts = state[4]
  if (!Array.isArray(parts) || parts.length !== 2) return null
  const [ih = null, hh = null] = parts.map((part) => linearOf(stateOf(part)))
  return ih === null || hh === null ? null : [ih, hh]
}

/**
 * The number of directions, 1 or 2; null if it is ambiguous: one layer with two directions looks like two layers with one if inputs
 * are as wide as outputs.
 */
function directionsOf(parts: readonly Packed[]): 1 | 2 | null {
  const width = (place: number): number => parts[2 * place]?.weight.shape[1] ?? 0
  const count = parts.length / 2
  if (count % 2 === 1) return 1
  if (width(1) !== width(0)) return 1
  const hidden = parts[1]?.weight.shape[1] ?? 0
  if (count === 2) return width(0) === hidden ? null : 2
  return width(2) === 2 * hidden ? 2 : 1
}
