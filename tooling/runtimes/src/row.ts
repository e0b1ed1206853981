/** A line of the matrix. */
export interface Row {
  readonly group: string
  readonly name: string
  /** Resolves to what is worth telling. @throws Unavailable where this machine cannot; any other error is a failure */
  run(): Promise<string>
}

/** Thrown by a row that cannot run on this machine; the message says why. */
export class Unavailable extends Error {}
