/** Something the user can put right: shown without a stack trace. */
export class UserError extends Error {
  override readonly name: string = 'UserError'
}

/** Wrong arguments. */
export class UsageError extends UserError {
  override readonly name = 'UsageError'
  /** What tells the right ones. */
  readonly help: string

  constructor(message: string, help = '--help') {
    super(message)
    this.help = help
  }
}
