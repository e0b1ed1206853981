import { Tensor } from '@unroll/tensor'
import type { SavedValue } from '../../src/index.ts'

/** The counterpart of class Encoder in tooling/oracle/weights_fixtures.py: equal JSON for equal objects. */
export class Encoder {
  readonly #storages = new Map<object, number>()

  value(value: SavedValue): unknown {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
    if (typeof value === 'bigint') return { bigint: String(value) }
    if (typeof value === 'number') {
      if (Number.isFinite(value)) return value
      return { float: Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' }
    }
    if (value instanceof Tensor) return this.tensor(value)
    if (value instanceof Uint8Array) return { bytes: [...value] }
    if (Array.isArray(value)) return { array: value.map((item) => this.value(item)) }
    if (value instanceof Set) return { set: [...value].map((item) => this.value(item)) }
    if (value instanceof Map) {
      return { map: [...value].map(([key, item]) => [this.value(key), this.value(item)]) }
    }
    return value
  }

  tensor(tensor: Tensor): unknown {
    const storage = this.#storages.get(tensor.storage) ?? this.#storages.size
    this.#storages.set(tensor.storage, storage)
    const { data } = tensor
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    return {
      tensor: tensor.dtype,
      shape: tensor.shape,
      strides: tensor.strides,
      offset: tensor.offset,
      requiresGrad: tensor.requiresGrad,
      storage,
      data: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')),
    }
  }
}
