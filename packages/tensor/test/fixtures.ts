import * as api from '../src/index.ts'
import { type DType, Tensor, tensor } from '../src/index.ts'

/** A tensor of a fixture: little-endian elements in logical order, base64; 16-bit floats as their bits. */
export interface EncodedTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: string
}

export function isEncoded(value: unknown): value is EncodedTensor {
  return (
    typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value && 'data' in value
  )
}

const memory = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const satisfies Record<DType, unknown>

export function isDType(name: string): name is DType {
  return name in memory
}

export function toTensor({ dtype, shape, data }: EncodedTensor): Tensor {
  if (!isDType(dtype)) throw new TypeError(`fixture: unknown dtype ${dtype}`)
  const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0))
  return tensor(new memory[dtype](bytes.buffer), { shape, dtype })
}

/** An argument or result in a fixture, with its tensors decoded. */
export function decode(value: unknown): unknown {
  if (isEncoded(value)) return toTensor(value)
  return Array.isArray(value) ? value.map(decode) : value
}

/** Calls the function of this name or, if there is none, the method of the first argument. */
export function run(call: string, args: readonly unknown[]): unknown {
  const [first, ...rest] = args
  const free: unknown = Reflect.get(api, call)
  if (typeof free === 'function') return free(...args)
  const method: unknown = first instanceof Tensor ? Reflect.get(first, call) : undefined
  if (typeof method !== 'function') throw new TypeError(`no such operation: ${call}`)
  return method.apply(first, rest)
}

/** Ways to lay out the same elements in memory. */
export const layouts: Record<string, (t: Tensor) => Tensor> = {
  contiguous: (t) => t,
  'with its dimensions reversed in memory': (t) => {
    const reversed = t.shape.map((_, dim) => t.ndim - 1 - dim)
    return t.permute(reversed).contiguous().permute(reversed)
  },
  'as every second element of a larger one': (t) => {
    if (t.ndim === 0) return t
    const wide = tensor([77])
      .to(t.dtype)
      .expand([...t.shape.slice(0, -1), 2 * t.size(-1) + 3])
      .clone()
    return wide.slice(-1, 2, 2 + 2 * t.size(-1), 2).copy_(t)
  },
}

export function layOut(value: unknown, layout: (t: Tensor) => Tensor): unknown {
  if (value instanceof Tensor) return layout(value)
  return Array.isArray(value) ? value.map((item) => layOut(item, layout)) : value
}
