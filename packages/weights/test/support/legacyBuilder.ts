import type { Bytes } from '../../src/source/source.ts'
import { concat, latin1, little } from './bytes.ts'
import { call, dict, global, int, pickle, text, tuple } from './torchBuilder.ts'

/** A persistent id of a legacy file: six parts, the last a view or None. */
export function legacyStorage(numel: number, key = '0', view = 'N', storageClass = 'FloatStorage'): string {
  return `${tuple(text('storage'), global('torch', storageClass), text(key), text('cpu'), int(numel), view)}Q`
}

/** A call of `_rebuild_tensor_v2` on a storage of four floats. */
export function legacyTensor(of: string = legacyStorage(4), shape: string = tuple(int(4))): string {
  const hooks = call('collections', 'OrderedDict')
  return call('torch._utils', '_rebuild_tensor_v2', of, int(0), shape, tuple(int(1)), '\x89', hooks)
}

export interface LegacyOptions {
  readonly magic?: string
  readonly protocol?: number
  /** Pickled list of storage keys. */
  readonly keys?: string
  /** What follows the keys: an int64 count and the bytes, for each storage. */
  readonly storages?: string
}

/** Storage 0: the floats 1, 2, 3, 4. */
export const fourFloats: string = `${little(4, 8)}\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40`

/** A stream as torch.save wrote it before 1.6, with the faults that are asked for. */
export function legacy(body: string = dict({ weight: legacyTensor() }), options: LegacyOptions = {}): Bytes {
  const { magic = '\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19', protocol = 1001 } = options
  const { keys = `](${text('0')}e`, storages = fourFloats } = options
  return concat([
    pickle(magic),
    pickle(int(protocol)),
    pickle(dict({ little_endian: '\x88' })),
    pickle(body),
    pickle(keys),
    latin1(storages),
  ])
}
