/** A Python complex number. */
export interface Complex {
  readonly re: number
  readonly im: number
}

/** A saved object with `T` in place of tensors. */
export type Saved<T> =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Complex
  | T
  | Saved<T>[]
  | Map<Saved<T>, Saved<T>>
  | Set<Saved<T>>
