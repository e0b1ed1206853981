import { describeValue } from '@unroll/kernels'
import { type Storage, Tensor } from '@unroll/tensor'
import { Counter } from '@unroll/tensor/layers'
import { limits } from '../limits.ts'
import type { Bytes } from '../source/source.ts'
import { storageClassOf } from '../tensor/fileDtype.ts'
import type { InertRecord } from '../torch/inertRecord.ts'
import type { Complex } from '../torch/savedValue.ts'
import { encodeUtf8 } from '../utf8.ts'
import { PickleWriter } from './pickleWriter.ts'
import { isPlainObject, remedyFor } from './savable.ts'
import { writeZip } from './writeZip.ts'

/** What {@link savePt} takes: a state dict, or what `load` returns. An {@link InertRecord} in it is refused. */
export type Savable =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Complex
  | Tensor
  | readonly Savable[]
  | ReadonlyMap<Savable, Savable>
  | ReadonlySet<Savable>
  | { readonly [key: string]: Savable }
  | InertRecord

/**
 * The bytes of a `.pt` file that `torch.load` reads, with `weights_only` True or False: a zip archive of a pickle
 * (protocol 2) and the storages, little-endian.
 *
 * A Map or plain object becomes a dict (what was a Counter becomes one again), an array a list (as a key a tuple), a whole number
 * an int, other numbers floats. Tensors keep dtype, strides and `requiresGrad`. A shared storage is saved once, and an object in two
 * places stays one object.
 * @throws TypeError for a value of another kind; RangeError for nesting beyond the limit
 *
 * @example
 * await writeFile('lstm.pt', savePt(lstm.stateDict()))
 * await writeFile('checkpoint.pt', savePt({ epoch: 3, model_state_dict: model.stateDict() }))
 */
export function savePt(value: Savable, ...more: readonly never[]): Bytes {
  if (more.length > 0) {
    throw new TypeError(
      `savePt: expected one argument, got ${describeValue(more[0])} too; it gives the bytes of a file and writes ` +
        'none: await writeFile(path, savePt(value))',
    )
  }
  const saver = new Saver()
  saver.value(value, 0)
  return writeZip([
    { name: 'archive/data.pkl', data: saver.pickle.finish() },
    { name: 'archive/byteorder', data: encodeUtf8('little') },
    ...saver.storages.map(({ elements }, key) => ({
      name: `archive/data/${key}`,
      data: new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength),
    })),
    { name: 'archive/version', data: encodeUtf8('3\n') },
  ])
}

class Saver {
  readonly pickle = new PickleWriter()
  /** In the order of their keys. */
  readonly storages: Storage[] = []
  readonly #keys = new Map<Storage, { readonly key: string; readonly dtype: string }>()
  readonly #memo = new Map<object, number>()

  value(value: Savable, depth: number): void {
    const { pickle } = this
    if (depth > limits.depth) throw new RangeError(`savePt: nested over ${limits.depth} deep, the limit`)
    if (value === null) pickle.none()
    else if (typeof value === 'boolean') pickle.bool(value)
    else if (typeof value === 'bigint') pickle.int(value)
    else if (typeof value === 'string') pickle.text(checkText(value))
    else if (typeof value === 'number') this.#number(value)
    else if (typeof value === 'object') this.#object(value, depth)
    else throw unexpected(value)
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.pickle.int(value)
    else this.pickle.float(value)
  }

  /** Writes what may occur again. Containers are registered before they are filled, because they may contain themselves. */
  #object(value: Exclude<Savable, null | string | number | boolean | bigint>, depth: number): void {
    const { pickle } = this
    const known = this.#memo.get(value)
    if (known !== undefined) {
      pickle.get(known)
      return
    }
    const begin = (): void => {
      this.#memo.set(value, pickle.put())
    }
    if (value instanceof Tensor) {
      this.#tensor(value)
      begin()
    } else if (value instanceof Counter) {
      pickle.call('collections', 'Counter', () => {
        pickle.dict()
        this.#items(value, depth)
      })
      begin()
    } else if (value instanceof Map) {
      pickle.dict()
      begin()
      this.#items(value, depth)
    } else if (Array.isArray(value)) {
      pickle.list()
      begin()
      pickle.appends(() => {
        for (const item of value) this.value(item, depth + 1)
      })
    } else if (value instanceof Set) {
      pickle.call('builtins', 'set', () => {
        pickle.list()
        pickle.appends(() => {
          for (const item of value) this.#key(item, depth + 1)
        })
      })
      begin()
    } else if (value instanceof Uint8Array) {
      pickle.call('_codecs', 'encode', () => {
        pickle.text(Array.from(value, (byte) => String.fromCharCode(byte)).join(''))
        pickle.text('latin1')
      })
      begin()
    } else if (isComplex(value)) {
      pickle.call('builtins', 'complex', () => {
        pickle.float(value.re)
        pickle.float(value.im)
      })
      begin()
    } else if (isPlainObject(value)) {
      pickle.dict()
      begin()
      this.#items(Object.entries(value), depth)
    } else {
      throw unexpected(value)
    }
  }

  #items(entries: Iterable<readonly [Savable, Savable]>, depth: number): void {
    this.pickle.setItems(() => {
      for (const [key, item] of entries) {
        this.#key(key, depth + 1)
        this.value(item, depth + 1)
      }
    })
  }

  /** A key of a dict or item of a set. Lists become tuples, since Python's must be immutable. */
  #key(key: Savable, depth: number): void {
    if (key instanceof Map || key instanceof Set) throw new TypeError('savePt: a Map or Set cannot be a key')
    if (!Array.isArray(key)) {
      this.value(key, depth)
      return
    }
    if (depth > limits.depth) throw new RangeError(`savePt: nested over ${limits.depth} deep, the limit`)
    this.pickle.tuple(() => {
      for (const item of key) this.#key(item, depth + 1)
    })
  }

  /**
   * `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`, or `_rebuild_tensor_v3(..., dtype)` for dtypes
   * without a class of storages.
   */
  #tensor(tensor: Tensor): void {
    const { pickle } = this
    const counts = (values: readonly number[]): void =>
      pickle.tuple(() => {
        for (const value of values) pickle.int(value)
      })
    const isTyped = storageClassOf(tensor.dtype) !== null
    pickle.call('torch._utils', isTyped ? '_rebuild_tensor_v2' : '_rebuild_tensor_v3', () => {
      this.#storage(tensor)
      pickle.int(tensor.offset)
      counts(tensor.shape)
      counts(tensor.strides)
      pickle.bool(tensor.requiresGrad)
      pickle.call('collections', 'OrderedDict', () => undefined)
      if (!isTyped) pickle.global('torch', tensor.dtype)
    })
  }

  /** `("storage", class, key, location, numel)` */
  #storage({ storage, dtype }: Tensor): void {
    const { pickle } = this
    const known = this.#keys.get(storage) ?? { key: String(this.storages.length), dtype }
    if (!this.#keys.has(storage)) {
      this.#keys.set(storage, known)
      this.storages.push(storage)
    }
    if (known.dtype !== dtype) {
      throw new TypeError(`savePt: tensors of ${known.dtype} and ${dtype} share a storage; clone one of them`)
    }
    pickle.persistent(() => {
      pickle.text('storage')
      const typed = storageClassOf(dtype)
      // An untyped storage counts its bytes.
      if (typed === null) pickle.global('torch.storage', 'UntypedStorage')
      else pickle.global('torch', typed)
      pickle.text(known.key)
      pickle.text('cpu')
      pickle.int(typed === null ? storage.elements.byteLength : storage.elements.length)
    })
  }
}

/** Half a surrogate pair has no UTF-8. */
function checkText(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new TypeError(`savePt: text ${JSON.stringify(text)} is not Unicode`)
  return text
}

function isComplex(value: object): value is Complex {
  const { re, im } = value as Partial<Complex>
  return typeof re === 'number' && typeof im === 'number' && Object.keys(value).length === 2
}

function unexpected(value: unknown): TypeError {
  return new TypeError(
    'savePt: expected tensors, Maps, plain objects, arrays, Sets, bytes, text, numbers, bools or null, ' +
      `got ${describeValue(value)}${remedyFor('savePt', value)}`,
  )
}
