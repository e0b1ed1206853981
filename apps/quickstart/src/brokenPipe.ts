/** True if whoever read our output has gone, as `head` does: nothing is wrong. */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE'
}
