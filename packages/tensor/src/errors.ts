/**
 * What PyTorch raises as RuntimeError: shapes that do not fit together, operations a dtype has not got. Python's
 * IndexError and ValueError are a RangeError here, its TypeError a TypeError.
 */
export class RuntimeError extends Error {
  override readonly name: string = 'RuntimeError'
}
