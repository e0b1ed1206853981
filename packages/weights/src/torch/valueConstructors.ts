import { Counter } from '@unroll/tensor/layers'
import { quote } from '../errors.ts'
import type { Call, Interpreted } from './call.ts'
import type { Complex, Saved } from './savedValue.ts'

// Counterparts of the classes of plain values.

/** `([values])`: a typed list of TorchScript. */
export function list<T>(call: Call<T>): Interpreted<T> {
  const values = call.value(0)
  if (!Array.isArray(values)) throw call.corrupt('expected a list')
  return values
}

/** `(value, type)` */
export function tagged<T>(call: Call<T>): Interpreted<T> {
  return call.value(0)
}

/** `(sizes)` */
export function size<T>(call: Call<T>): number[] {
  return call.args.length === 0 ? [] : call.counts(0)
}

/** `(name)` */
export function layout<T>(call: Call<T>): string {
  return call.text(0).replace(/^torch\./, '')
}

/** `(type[, index])`: `cpu`, `cuda:1` */
export function device<T>(call: Call<T>): string {
  return call.args.length > 1 ? `${call.text(0)}:${call.count(1)}` : call.text(0)
}

/** `([dict or list of pairs])`; most are filled afterwards, by SETITEMS. */
export function mapping<T>(call: Call<T>): Map<Saved<T>, Saved<T>> {
  if (call.args.length === 0) return new Map()
  const source = call.value(0)
  if (source instanceof Map) return new Map(source)
  if (!Array.isArray(source)) throw call.corrupt('expected a dict or a list of pairs')
  const map = new Map<Saved<T>, Saved<T>>()
  for (const pair of source) {
    if (!Array.isArray(pair) || pair.length !== 2) throw call.corrupt('expected a list of pairs')
    const [key = null, value = null] = pair
    if (key instanceof Map || key instanceof Set) throw call.corrupt('a dict or set cannot be a key')
    map.set(key, value)
  }
  return map
}

/** `([dict])` */
export function counter<T>(call: Call<T>): Counter<Saved<T>, Saved<T>> {
  return new Counter(mapping(call))
}

/** `([list])` */
export function set<T>(call: Call<T>): Set<Saved<T>> {
  if (call.args.length === 0) return new Set()
  const source = call.value(0)
  if (!Array.isArray(source)) throw call.corrupt('expected a list')
  return new Set(source)
}

/** `([bytes])`, in older files `(text, 'latin-1')` */
export function bytes<T>(call: Call<T>): Uint8Array {
  if (call.args.length === 0) return new Uint8Array(0)
  if (call.args.length === 2) return encode(call)
  const source = call.value(0)
  if (!(source instanceof Uint8Array)) throw call.corrupt('expected bytes')
  return source
}

/** `(text, 'latin1')`: how protocol 2 writes bytes. */
export function encode<T>(call: Call<T>): Uint8Array {
  const text = call.text(0)
  if (!/^latin[-_]?1$/.test(call.text(1)))
    throw call.corrupt(`expected encoding latin1, got ${quote(call.text(1))}`)
  const encoded = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0xff) throw call.corrupt(`character ${code} is not in latin1`)
    encoded[i] = code
  }
  return encoded
}

/** `(real, imaginary)` */
export function complex<T>(call: Call<T>): Complex {
  return { re: call.number(0), im: call.number(1) }
}
