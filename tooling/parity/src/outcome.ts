import type { Tensor } from '@unroll/tensor'
import { type AnswerRecord, list, record } from './oracle.ts'

/** The outcome of a plan, on either side. */
export interface Outcome {
  /** Texts both sides print. */
  readonly printed: readonly string[]
  /** Checksums of tensors that have to be equal bit for bit. */
  readonly exact: readonly (readonly [name: string, crc: number])[]
  readonly tensors: readonly (Tensor | null)[]
  /** How PyTorch prints the tensors; we print PyTorch's own to compare. */
  readonly texts: readonly string[]
  /** The gradients of input, states and parameters; empty unless it ran back. */
  readonly gradients: readonly (readonly [name: string, gradient: Tensor | null])[]
  readonly warnings: number
  readonly error: Failure | null
}

export interface Failure {
  readonly class: string
  /** Which step failed. */
  readonly stage: string
  readonly message: string
}

/** PyTorch's outcome, from its process. */
export function outcomeOf(answer: AnswerRecord): Outcome {
  const error = answer['error']
  return {
    printed: list(answer['printed']).map(String),
    exact: list(answer['exact']).map((entry): [string, number] => {
      const [name, crc] = list(entry)
      return [String(name), Number(crc)]
    }),
    tensors: list(answer['tensors']).map((value) => (isTensor(value) ? value : null)),
    texts: list(answer['texts']).map(String),
    gradients: list(answer['gradients']).map((entry): [string, Tensor | null] => {
      const [name, gradient] = list(entry)
      return [String(name), isTensor(gradient) ? gradient : null]
    }),
    warnings: Number(answer['warnings']),
    error: error === null ? null : failureOf(record(error)),
  }
}

/** The outcome of a plan that ended PyTorch's process. */
export function crashed(message: string): Outcome {
  const error: Failure = { class: 'crash', stage: 'process', message }
  return { printed: [], exact: [], tensors: [], texts: [], gradients: [], warnings: 0, error }
}

function failureOf(error: AnswerRecord): Failure {
  return { class: String(error['class']), stage: String(error['stage']), message: String(error['message']) }
}

function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'storage' in value
}

/** `ok`, or step and class of the error. */
export function ending({ error }: Outcome): string {
  return error === null ? 'ok' : `${error.stage} ${error.class}`
}

/** Our class for each of Python's. */
const counterparts: Readonly<Record<string, readonly string[]>> = {
  ValueError: ['RangeError'],
  IndexError: ['RangeError'],
  TypeError: ['TypeError'],
  AttributeError: ['TypeError'],
  RuntimeError: ['RuntimeError', 'StateDictError'],
}

/** Whether both runs ended well, or in the same step with errors of the same kind. */
export function endsAlike(torch: Outcome, ours: Outcome): boolean {
  if (torch.error === null || ours.error === null) return torch.error === ours.error
  const classes = counterparts[torch.error.class] ?? []
  return torch.error.stage === ours.error.stage && classes.includes(ours.error.class)
}
