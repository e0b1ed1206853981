/**
 * PyTorch's RuntimeError: shapes that do not fit together, operations that a dtype does not have. Python's IndexError and
 * ValueError are a RangeError here, and its TypeError is a TypeError.
 */
export class RuntimeError extends Error {
  override readonly name: string = 'RuntimeError'
}
