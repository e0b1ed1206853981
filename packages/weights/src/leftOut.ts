import { quote } from './errors.ts'

/** Something in a file that is not read, though the rest is. */
export interface LeftOut {
  /** Its key in the state dict, or its path in the file if it stands outside. */
  readonly name: string
  /** `a sparse tensor`, `an object of my.Codec` */
  readonly what: string
  /** Why it is not read, and what to do. */
  readonly why: string
}

/** Why something in a pickle is not made. */
export interface Refusal extends Pick<LeftOut, 'what' | 'why'> {
  /** A class that is not imitated, or what nothing here can hold. */
  readonly kind: 'unlisted' | 'unsupported'
}

/** Things that are named one by one; of more there is the number. */
const namedThings = 4

/** `"adj" is a sparse tensor (save ...); "q" is ...; and 3 more` */
export function leftOutText(leftOut: readonly LeftOut[]): string {
  const named = leftOut.slice(0, namedThings)
  const texts = named.map(({ name, what }) => `${quote(name)} is ${what}`)
  const reasons = new Set(named.map(({ why }) => why))
  const more = leftOut.length > namedThings ? `; and ${leftOut.length - namedThings} more, which inspect lists` : ''
  return `${texts.join(', ')}${more}: ${[...reasons].join('; ')}`
}
