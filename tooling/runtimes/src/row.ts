/** A line of the matrix. */
export interface Row {
  readonly group: string
  readonly name: string
  /** Returns a detail for the table. @throws Unavailable if this machine cannot run it; any other error is a failure */
  run(): Promise<string>
}

/** Thrown by a row that cannot run on this machine; the message says why. */
export class Unavailable extends Error {}
