import type { DType, Tensor } from '@unroll/tensor'
import { allclose, type Tolerance, tolerances } from '@unroll/testing'
import { ending, endsAlike, type Outcome } from './outcome.ts'

/** PyTorch's own tolerance for float32 unless a wider one is given; float64 to 1e-12; whole numbers exactly. */
const toleranceOf = (dtype: DType, float32: Required<Tolerance>): Required<Tolerance> => {
  if (dtype === 'float32') return float32
  return dtype === 'float64' ? { rtol: 1e-12, atol: 1e-12 } : { rtol: 0, atol: 0 }
}

/** A line of text for each difference between two outcomes; none if they are equal. */
export function compareOutcomes(
  torch: Outcome,
  ours: Outcome,
  float32: Required<Tolerance> = tolerances.float32,
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
    const message = compareTensors(got, want, float32)
    if (message) found.push(`tensor ${i}: ${message}`)
  })
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

function compareTensors(
  got: Tensor | null,
  want: Tensor | null,
  float32: Required<Tolerance>,
): string | null {
  if (got === null || want === null) return got === want ? null : `expected ${want}, got ${got}`
  if (got.dtype !== want.dtype) return `expected ${want.dtype}, got ${got.dtype}`
  const { pass, message } = allclose(got, want, toleranceOf(want.dtype, float32))
  return pass ? null : message
}

function endingText(outcome: Outcome): string {
  return outcome.error === null ? 'ok' : `${ending(outcome)} (${outcome.error.message.split('\n')[0]})`
}
