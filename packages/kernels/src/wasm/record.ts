import type { WasmInstance } from './instance.ts'

/** How many 32-bit integers a record has, and which of them its fields are: made from a class of assembly/. */
interface RecordLayout<Name extends string> {
  readonly length: number
  readonly places: Readonly<Record<Name, number>>
}

/** Writes every field of the record at `address`. */
export function writeRecord<Name extends string>(
  instance: WasmInstance,
  address: number,
  layout: RecordLayout<Name>,
  fields: Readonly<Record<NoInfer<Name>, number>>,
): void {
  writeFields(instance, address, layout, fields)
}

/** Writes some fields of the record at `address`. */
export function writeFields<Name extends string, Own extends Name>(
  instance: WasmInstance,
  address: number,
  { length, places }: RecordLayout<Name>,
  fields: Readonly<Record<Own, number>>,
): void {
  const integers = instance.integers(address, length)
  for (const name in fields) integers[places[name]] = fields[name]
}

/** Bytes of a record. */
export function recordBytes({ length }: RecordLayout<never>): number {
  return length * 4
}
