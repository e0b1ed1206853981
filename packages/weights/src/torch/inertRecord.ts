import type { Tensor } from '@unroll/tensor'
import type { Refusal } from '../leftOut.ts'
import { classOf, classOfObject, globalPath, type PickleRecord, type PickleValue } from '../pickle/values.ts'
import { attributesIn } from './opaque.ts'
import type { Saved } from './savedValue.ts'

/**
 * What a checkpoint's Python object becomes: dict, OrderedDict and Counter a Map; list, tuple and torch.Size an
 * array; set and frozenset a Set; bytes and bytearray a Uint8Array; int a number, or a bigint beyond 2^53; dtype,
 * device and layout their name; a storage a 1-D tensor. Everything else becomes an {@link InertRecord}.
 *
 * One Python object is one JavaScript object, wherever it is referred to.
 */
export type SavedValue = Saved<Tensor | InertRecord>

/**
 * Replaces an object that `load` did not make, because its class is not on the allow-list, or no tensor can hold it (sparse,
 * quantized, complex). It has the name and the parts that the file gives, and does nothing.
 *
 * @example
 * const checkpoint = await load('checkpoint.pt')
 * const args = checkpoint instanceof Map ? checkpoint.get('args') : null
 * args instanceof InertRecord && args.name   // 'argparse.Namespace'
 */
export class InertRecord {
  /** `an object of argparse.Namespace`, `a sparse tensor` */
  readonly what: string
  /** Why it was not made, and what to do. */
  readonly why: string
  /** The class or function that would have made it, as the file names it; null for none. */
  readonly name: string | null
  /** Arguments that would have been passed. */
  readonly args: readonly SavedValue[] = []
  /** Attributes that would have been set, by name; null without any. */
  readonly attributes: ReadonlyMap<SavedValue, SavedValue> | null = null
  /** A state that is not a dict of attributes. Null without one. */
  readonly state: SavedValue = null
  /** Items of a subclass of dict; null without any. */
  readonly entries: ReadonlyMap<SavedValue, SavedValue> | null = null
  /** Items of a subclass of list or set. */
  readonly items: readonly SavedValue[] = []

  /** @internal */
  constructor({ what, why }: Refusal, name: string | null) {
    this.what = what
    this.why = why
    this.name = name
  }
}

/** The inert record for what `record` asks for. {@link settleRecord} adds its parts. */
export function inertRecord(record: PickleRecord, refusal: Refusal): InertRecord {
  const named = record.kind === 'object' ? classOfObject(record) : classOf(record)
  return new InertRecord(refusal, named === null ? null : globalPath(named))
}

/** Adds the parts, which `saved` makes. They come later, because an object may be among its own parts. */
export function settleRecord(
  made: InertRecord,
  record: PickleRecord,
  saved: (value: PickleValue) => SavedValue,
): void {
  if (record.kind !== 'object') return
  const { args, entries, items, state } = record
  const map = new Map<SavedValue, SavedValue>()
  for (let i = 0; i + 1 < entries.length; i += 2) {
    map.set(saved(entries[i] ?? null), saved(entries[i + 1] ?? null))
  }
  const built = state === undefined ? null : saved(state)
  const attributes = attributesIn(built)
  Object.assign(made, {
    args: args.items.map(saved),
    attributes,
    state: attributes === null ? built : null,
    entries: entries.length === 0 ? null : map,
    items: items.map(saved),
  } satisfies Partial<InertRecord>)
}
