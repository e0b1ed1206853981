import type { Tensor } from '@unroll/tensor'
import { loadWeights } from '../load.ts'
import type { Bytes } from '../source/source.ts'
import type { WideDType } from '../tensor/rawTensor.ts'
import { savePt } from '../write/savePt.ts'
import { saveSafetensors } from '../write/saveSafetensors.ts'
import { sizeText } from './table.ts'
import { progressOf, type Terminal, UsageError } from './terminal.ts'

export interface ConvertOptions {
  readonly json: boolean
  /** Replace OUT if it is there. */
  readonly force: boolean
  readonly dtype: WideDType | undefined
}

/** `convert IN OUT`: the state dict of IN, in the format that OUT's name tells. */
export async function convertCommand(
  input: string,
  output: string,
  { json, force, dtype }: ConvertOptions,
  terminal: Terminal,
): Promise<number> {
  const write = writerOf(output)
  const weights = await loadWeights(input, { dtype, onProgress: progressOf(terminal, input) })
  const bytes = write(weights)
  const { writeFile } = await import('node:fs/promises')
  try {
    await writeFile(output, bytes, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new UsageError(`${output} exists; --force replaces it`)
    }
    throw error
  }
  const result = { input, output, tensors: weights.size, byteLength: bytes.length }
  terminal.out(
    json ? JSON.stringify(result, null, 2) : `${output}: ${weights.size} tensors, ${sizeText(bytes.length)}`,
  )
  return 0
}

function writerOf(output: string): (weights: ReadonlyMap<string, Tensor>) => Bytes {
  if (/\.(pt|pth)$/i.test(output)) return savePt
  if (/\.safetensors$/i.test(output)) {
    return (weights) => saveSafetensors(weights, { metadata: { format: 'pt' } })
  }
  throw new UsageError(`expected OUT to end in .pt, .pth or .safetensors, got ${output}`)
}
