import type { FloatDType } from '@unroll/kernels'

export interface CellOptions {
  /** The cell has `bias_ih` and `bias_hh`. Default true. */
  readonly bias?: boolean
  /** Of the weights, and so of input and states. Default float32. */
  readonly dtype?: FloatDType
}

const defaults = { bias: true, dtype: 'float32' } as const satisfies Required<CellOptions>

/**
 * Fills in the defaults and checks.
 * @throws TypeError on a wrong type or an option there is not, RangeError if a size is less than 1
 */
export function resolveOptions(
  who: string,
  inputSize: number,
  hiddenSize: number,
  options: CellOptions,
): Required<CellOptions> {
  const unknown = Object.keys(options).find((name) => !(name in defaults))
  if (unknown)
    throw new TypeError(`${who}: expected options among ${Object.keys(defaults).join(', ')}, got ${unknown}`)
  const { bias = defaults.bias, dtype = defaults.dtype } = options
  if (typeof bias !== 'boolean') {
    throw new TypeError(`${who}: expected bias to be true or false, got ${String(bias)}`)
  }
  checkSize(who, 'inputSize', inputSize)
  checkSize(who, 'hiddenSize', hiddenSize)
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new TypeError(
      `${who}: expected dtype to be float32 or float64, got ${String(dtype satisfies never)}`,
    )
  }
  return { bias, dtype }
}

function checkSize(who: string, name: string, size: number): void {
  if (!Number.isInteger(size)) {
    throw new TypeError(`${who}: expected ${name} to be a whole number, got ${typeof size} ${String(size)}`)
  }
  if (size < 1) throw new RangeError(`${who}: expected ${name} to be greater than 0, got ${size}`)
}
