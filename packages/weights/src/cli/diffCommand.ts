import { open } from '../open.ts'
import type { RawTensor } from '../tensor/rawTensor.ts'
import { plain, shapeText, table } from './table.ts'
import { progressOf, type Terminal } from './terminal.ts'

type Kind = 'only in A' | 'only in B' | 'dtype' | 'shape' | 'values'

interface Difference {
  readonly name: string
  readonly kind: Kind
  readonly detail: string
}

/** `diff A B`: tensor by tensor, one of each in memory. @returns the exit code: 1 if anything differs */
export async function diffCommand(
  pathA: string,
  pathB: string,
  json: boolean,
  terminal: Terminal,
): Promise<number> {
  const a = await open(pathA, { onProgress: progressOf(terminal, pathA) })
  const b = await open(pathB, { onProgress: progressOf(terminal, pathB) })
  const differences: Difference[] = []
  for (const [name, left] of a.tensors) {
    const right = b.tensors.get(name)
    const differs = (kind: Kind, detail: string): unknown => differences.push({ name, kind, detail })
    if (right === undefined) differs('only in A', `${left.dtype} ${shapeText(left.shape)}`)
    else if (left.dtype !== right.dtype) differs('dtype', `${left.dtype}, ${right.dtype}`)
    else if (String(left.shape) !== String(right.shape)) {
      differs('shape', `${shapeText(left.shape)}, ${shapeText(right.shape)}`)
    } else {
      const detail = compare(await a.raw(name), await b.raw(name))
      if (detail !== null) differs('values', detail)
    }
  }
  for (const [name, { dtype, shape }] of b.tensors) {
    if (!a.tensors.has(name))
      differences.push({ name, kind: 'only in B', detail: `${dtype} ${shapeText(shape)}` })
  }
  await a.close()
  await b.close()
  if (json) {
    terminal.out(
      JSON.stringify({ a: pathA, b: pathB, equal: differences.length === 0, differences }, null, 2),
    )
  } else if (differences.length === 0) {
    terminal.out(`${a.tensors.size} tensors, all equal`)
  } else {
    const rows = differences.map(({ name, kind, detail }) => [plain(name), kind, detail])
    for (const line of table(rows)) terminal.out(line)
  }
  return differences.length === 0 ? 0 : 1
}

/** Compares elements as bits: 0 and -0 differ, a NaN equals itself. Null if all are equal. */
function compare({ data: left, dtype }: RawTensor, { data: right }: RawTensor): string | null {
  let differing = 0
  let largest = 0
  const [leftBytes, rightBytes] = [left, right].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  )
  if (leftBytes && rightBytes && leftBytes.every((byte, i) => byte === rightBytes[i])) return null
  for (let i = 0; i < left.length; i++) {
    const [x = 0, y = 0] = [left[i], right[i]]
    if (Object.is(x, y)) continue
    differing++
    largest = Math.max(largest, Math.abs(Number(x) - Number(y)))
  }
  if (differing === 0) return null
  // Halves and float8 are compared as bit patterns. The difference of two patterns means nothing.
  const numbers = /^(float32|float64|u?int\d+|bool)$/.test(dtype)
  return `${differing} of ${left.length}${numbers ? `, by up to ${largest.toPrecision(3)}` : ''}`
}
