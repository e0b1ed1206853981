import type { Bytes } from '../../src/source/source.ts'
import { latin1, little } from './bytes.ts'
import { buildZip, type ZipRecord } from './zipBuilder.ts'

// Parts of which tests build pickles, as text with one byte per character.

export function text(value: string): string {
  return `X${little(value.length, 4)}${value}`
}

export function int(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31
    ? `J${little(value, 4)}`
    : `\x8a\x08${little(value, 8)}`
}

export function tuple(...items: readonly string[]): string {
  return `(${items.join('')}t`
}

export function global(module: string, name: string): string {
  return `c${module}\n${name}\n`
}

export function call(module: string, name: string, ...args: readonly string[]): string {
  return `${global(module, name)}${tuple(...args)}R`
}

export function dict(entries: Readonly<Record<string, string>>): string {
  const items = Object.entries(entries).map(([key, value]) => text(key) + value)
  return `}(${items.join('')}u`
}

/** A persistent id: `("storage", class, key, location, numel)`. */
export function storage(numel: number, key = '0', storageClass = 'FloatStorage'): string {
  return `${tuple(text('storage'), global('torch', storageClass), text(key), text('cpu'), int(numel))}Q`
}

export interface View {
  readonly of?: string
  readonly offset?: string
  readonly shape?: string
  readonly strides?: string
  readonly requiresGrad?: string
}

/** A call of `_rebuild_tensor_v2`; by default the four floats of storage 0. */
export function tensor(view: View = {}): string {
  const { of = storage(4), offset = int(0), shape = tuple(int(4)), strides = tuple(int(1)) } = view
  const hooks = call('collections', 'OrderedDict')
  return call(
    'torch._utils',
    '_rebuild_tensor_v2',
    of,
    offset,
    shape,
    strides,
    view.requiresGrad ?? '\x89',
    hooks,
  )
}

/** Protocol 2, with STOP. */
export function pickle(body: string): Bytes {
  return latin1(`\x80\x02${body}.`)
}

/** Records of a checkpoint whose pickle is `data`; storage 0 is 16 bytes: the floats 1, 2, 3, 4. */
export function records(data: Uint8Array): [dataPkl: ZipRecord, data0: ZipRecord, version: ZipRecord] {
  const floats = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer)
  return [
    { name: 'archive/data.pkl', data },
    { name: 'archive/data/0', data: floats },
    { name: 'archive/version', data: latin1('3\n') },
  ]
}

/** A checkpoint whose object is pickled by `body`. */
export function checkpoint(body: string): Bytes {
  return buildZip(records(pickle(body)))
}
