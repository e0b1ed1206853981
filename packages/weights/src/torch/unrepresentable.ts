import type { Refusal } from '../leftOut.ts'

/** A constructor's answer that nothing here can hold what it would make. It costs that object, not the file. */
export class Unrepresentable extends Error {
  readonly refusal: Refusal

  constructor(what: string, why: string) {
    super(what)
    this.refusal = { what, why, kind: 'unsupported' }
  }
}
