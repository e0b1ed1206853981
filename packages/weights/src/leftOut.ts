import { quote } from './errors.ts'

/** Something in a file that is left out while the rest is read. */
export interface LeftOut {
  /** Its key in the state dict, or its path in the file if it stands outside. */
  readonly name: string
  /** `a sparse tensor`, `an object of my.Codec` */
  readonly what: string
  /** Why it is not read, and what to do. */
  readonly why: string
}

/** Why an object in a pickle is not made. */
export interface Refusal extends Pick<LeftOut, 'what' | 'why'> {
  /** Whether the class is unknown, or nothing here can hold the object. */
  readonly kind: 'unlisted' | 'unsupported'
}

/** A message names this many kinds of things, and this many things of each. It counts the others. */
const named = 4

/** `"a", "b": a sparse tensor (save tensor.to_dense()); "q": a quantized tensor (...); and 3 more, which inspect lists` */
export function leftOutText(leftOut: readonly LeftOut[]): string {
  const kinds = new Map<string, string[]>()
  for (const { name, what, why } of leftOut) {
    const kind = `${what} (${why})`
    const names = kinds.get(kind)
    if (names === undefined) kinds.set(kind, [quote(name)])
    else names.push(quote(name))
  }
  let count = 0
  const texts = Array.from(kinds)
    .slice(0, named)
    .map(([kind, names]) => {
      count += Math.min(named, names.length)
      return `${names.slice(0, named).join(', ')}: ${kind}`
    })
  const more = leftOut.length > count ? `; and ${leftOut.length - count} more, which inspect lists` : ''
  return texts.join('; ') + more
}
