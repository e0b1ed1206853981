import { RuntimeError } from '@unroll/tensor'

/** An item does not fit the others of its batch. */
export class CollateError extends RuntimeError {
  override readonly name: string = 'CollateError'

  /** The place of the item in its batch, from 0. */
  readonly position: number

  constructor(message: string, position: number, options?: ErrorOptions) {
    super(message, options)
    this.position = position
  }
}
