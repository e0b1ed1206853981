import type { DType, Tensor } from '@unroll/tensor'
import { allclose, type Tolerance, tolerances } from '@unroll/testing'
import { ending, endsAlike, type Outcome } from './outcome.ts'

/** PyTorch's own tolerance for float32 unless a wider one is given; float64 to 1e-12; whole numbers exactly. */
const toleranceOf = (dtype: DType, float32: Required<Tolerance>): Required<Tolerance> => {
  if (dtype === 'float32') return float32
  return dtype === 'float64' ? { rtol: 1e-12, atol: 1e-12 } : { rtol: 0, atol: 0 }
}

/**
 * Gradients of float32 differ from PyTorch's as PyTorch's own do from those of float64: near-zero elements by half, but by no more
 * than 1.3e-6 of the largest element.
 */
const gradientTolerance = { rtol: 1e-4, ofLargest: 2e-6 }

export interface OutcomeTolerance {
  /** Of outputs and states. */
  readonly float32: Required<Tolerance>
  /** Of gradients: relative to the element, and to the largest of the tensor. */
  readonly gradient: typeof gradientTolerance
}

/** A line of text for each difference between two outcomes; none if they are equal. */
export function compareOutcomes(
  torch: Outcome,
  ours: Outcome,
  { float32, gradient }: OutcomeTolerance = { float32: tolerances.float32, gradient: gradientTolerance },
): string[] {
  const found = endsAlike(torch, ours) ? [] : [`PyTorch: ${endingText(torch)}; ours: ${endingText(ours)}`]
  const printed = Math.min(torch.printed.length, ours.printed.length)
  for (let i = 0; i < printed; i++) {
    if (torch.printed[i] !== ours.printed[i])
      found.push(`printed: expected ${torch.printed[i]}, got ${ours.printed[i]}`)
  }
  if (torch.warnings !== ours.warnings && torch.error?.stage !== 'construct')
    found.push(`warnings: expected ${torch.warnings}, got ${ours.warnings}`)
  found.push(...compareExact(torch, ours))
  if (torch.error === null && ours.error === null && torch.tensors.length !== ours.tensors.length)
    found.push(`expected ${torch.tensors.length} tensors, got ${ours.tensors.length}`)
  torch.tensors.forEach((want, i) => {
    if (want && want.toString() !== torch.texts[i])
      found.push(`tensor ${i} prints as\n${want.toString()}\nin PyTorch as\n${torch.texts[i]}`)
    const got = ours.tensors[i]
    if (got === undefined) return
    const message = compareTensors(got, want, (dtype) => toleranceOf(dtype, float32))
    if (message) found.push(`tensor ${i}: ${message}`)
  })
  found.push(...compareGradients(torch, ours, gradient))
  return found
}

function compareExact(torch: Outcome, ours: Outcome): string[] {
  if (ours.exact.length === 0 || torch.exact.length === 0) return []
  const [want, got] = [torch, ours].map(({ exact }) => exact.map(([name]) => name).join(' '))
  if (want !== got) return [`names: expected ${want}, got ${got}`]
  return ours.exact
    .filter(([, crc], i) => crc !== torch.exact[i]?.[1])
    .map(([name]) => `${name}: other bits than PyTorch's`)
}

/** Gradients of float64 are compared to 1e-9 of the largest element. */
function compareGradients(
  torch: Outcome,
  ours: Outcome,
  { rtol, ofLargest }: OutcomeTolerance['gradient'],
): string[] {
  const got = new Map(ours.gradients)
  return torch.gradients.flatMap(([name, want]) => {
    if (!got.has(name)) return [`no gradient of ${name}`]
    const largest = want === null || want.numel === 0 ? 0 : want.abs().max().item()
    const tolerance =
      want?.dtype === 'float64' ? { rtol: 0, atol: 1e-9 * largest } : { rtol, atol: ofLargest * largest }
    const message = compareTensors(got.get(name) ?? null, want, () => tolerance)
    return message ? [`gradient of ${name}: ${message}`] : []
  })
}

function compareTensors(
  got: Tensor | null,
  want: Tensor | null,
  toleranceFor: (dtype: DType) => Required<Tolerance>,
): string | null {
  if (got === null || want === null) return got === want ? null : `expected ${want}, got ${got}`
  if (got.dtype !== want.dtype) return `expected ${want.dtype}, got ${got.dtype}`
  const { pass, message } = allclose(got, want, toleranceFor(want.dtype))
  return pass ? null : message
}

function endingText(outcome: Outcome): string {
  return outcome.error === null ? 'ok' : `${ending(outcome)} (${outcome.error.message.split('\n')[0]})`
}
