import { describeValue } from '@unroll/kernels'
import { stack, Tensor, type TypedArray, tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'
import { CollateError } from './collateError.ts'

/** What {@link defaultCollate} makes of many items. */
export type Collated<Item> = Item extends Tensor | TypedArray | number | bigint | boolean
  ? Tensor
  : Item extends string
    ? string[]
    : { -readonly [Key in keyof Item]: Collated<Item[Key]> }

/**
 * Makes one batch of items:
 *
 * | items                | the batch                                                          |
 * | -------------------- | ------------------------------------------------------------------ |
 * | tensors `(*)`        | a tensor `(N, *)`                                                  |
 * | typed arrays         | a tensor `(N, length)` of their dtype                              |
 * | numbers              | a tensor `(N)`: int64 if all are whole, else float64               |
 * | bigints, booleans    | a tensor `(N)` of int64, of bool                                   |
 * | strings              | an array of them                                                   |
 * | arrays               | an array: the batch of all first elements, of all second ones, ... |
 * | plain objects        | an object with the batch of each property                          |
 *
 * Numbers that are sometimes whole and sometimes not have to be tensors, such as `tensor(0.5)`, for their dtype to be the
 * same in every batch.
 *
 * ```ts
 * const [x, label] = defaultCollate([[ones([3]), 0], [ones([3]), 1]] as const)
 * label.dtype   // 'int64'
 * ```
 *
 * @throws RangeError if there are no items
 * @throws CollateError if an item is something else, or differs from the first one in kind, shape, length or properties
 * @see PyTorch: [torch.utils.data.default_collate](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.default_collate)
 */
export function defaultCollate<Item>(items: readonly Item[]): Collated<Item> {
  checkItems(who, items)
  return collate(items, '') as Collated<Item>
}

/** @throws TypeError unless `items` are an array, RangeError if there are none */
export function checkItems(who: string, items: readonly unknown[]): void {
  if (!Array.isArray(items)) {
    throw new TypeError(`${who}: expected an array of items, got ${describeValue(items)}`)
  }
  if (items.length === 0) throw new RangeError(`${who}: expected at least one item, got an empty batch`)
}

const who = 'defaultCollate'

/** @param path what the values are of the items: `[1].x`, or nothing if they are the items */
function collate(values: readonly unknown[], path: string): unknown {
  const kind = kindOf(values[0])
  if (kind === null) {
    throw new CollateError(
      `${who}: expected ${collatable}, got ${describeValue(values[0])} in item 0${at(path)}; ` +
        'pass a collate function of your own',
      0,
    )
  }
  checkAll(
    values,
    (value) => kindOf(value) === kind,
    (value) => [`${kind}s`, describeValue(value)],
    path,
  )
  return collates[kind](values as readonly never[], path)
}

type Kind = 'tensor' | 'typed array' | 'number' | 'bigint' | 'boolean' | 'string' | 'array' | 'object'

const collatable = 'tensors, typed arrays, numbers, bigints, booleans, strings, arrays or plain objects'

function kindOf(value: unknown): Kind | null {
  if (value instanceof Tensor) return 'tensor'
  if (Array.isArray(value)) return 'array'
  if (ArrayBuffer.isView(value)) return value instanceof DataView ? null : 'typed array'
  const type = typeof value
  if (type === 'number' || type === 'bigint' || type === 'boolean' || type === 'string') return type
  return isPlainObject(value) ? 'object' : null
}

/** True for `{}` and the like, from another realm too. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** What to make of values of each kind. {@link collate} has seen that all are of it. */
const collates: Readonly<Record<Kind, (values: readonly never[], path: string) => unknown>> = {
  tensor: (tensors: readonly Tensor[], path) => {
    const shape = shapeText(tensors[0]?.shape ?? [])
    checkAll(
      tensors,
      (each) => shapeText(each.shape) === shape,
      (each) => [
        `the shape ${shape} of item 0`,
        shapeText(each.shape),
        'padCollate() and packCollate() take sequences of different lengths',
      ],
      path,
    )
    return stack(tensors)
  },
  'typed array': (arrays: readonly TypedArray[], path) =>
    collates.tensor(arrays.map((array) => tensor(array, { shape: [array.length] })) as never[], path),
  number: (numbers: readonly number[]) =>
    tensor(numbers, { dtype: numbers.every(Number.isSafeInteger) ? 'int64' : 'float64' }),
  bigint: (bigints: readonly bigint[], path) => {
    checkAll(
      bigints,
      (each) => BigInt.asIntN(64, each) === each,
      (each) => ['bigints of 64 bits', `${each}`],
      path,
    )
    return tensor(bigints)
  },
  boolean: (booleans: readonly boolean[]) => tensor(booleans),
  string: (strings: readonly string[]) => [...strings],
  array: (arrays: readonly (readonly unknown[])[], path) => {
    const length = arrays[0]?.length ?? 0
    checkAll(
      arrays,
      (array) => array.length === length,
      (array) => [`${length} elements, as item 0 has`, `${array.length}`],
      path,
    )
    return Array.from({ length }, (_, i) =>
      collate(
        arrays.map((array) => array[i]),
        `${path}[${i}]`,
      ),
    )
  },
  object: (objects: readonly Readonly<Record<string, unknown>>[], path) => {
    const keys = Object.keys(objects[0] ?? {})
    checkAll(
      objects,
      (object) => keys.every((key) => Object.hasOwn(object, key)),
      (object) => [`the properties ${keys.join(', ')} of item 0`, Object.keys(object).join(', ') || 'none'],
      path,
    )
    return Object.fromEntries(
      keys.map((key) => [
        key,
        collate(
          objects.map((object) => object[key]),
          `${path}.${key}`,
        ),
      ]),
    )
  },
}

/** @throws CollateError at the first value that does not fit */
function checkAll<Value>(
  values: readonly Value[],
  fits: (value: Value) => boolean,
  tell: (value: Value) => readonly [expected: string, got: string, remedy?: string],
  path: string,
): void {
  for (const [position, value] of values.entries()) {
    if (fits(value)) continue
    const [expected, got, remedy] = tell(value)
    const message = `${who}: expected ${expected}, got ${got} in item ${position}${at(path)}`
    throw new CollateError(remedy === undefined ? message : `${message}; ${remedy}`, position)
  }
}

function at(path: string): string {
  return path === '' ? '' : ` at ${path}`
}
