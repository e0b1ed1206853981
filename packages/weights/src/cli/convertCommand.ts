import type { Tensor } from '@unroll/tensor'
import { loadWeights } from '../load.ts'
import { type Bytes, messageOf } from '../source/source.ts'
import type { WideDType } from '../tensor/rawTensor.ts'
import { savePt } from '../write/savePt.ts'
import { saveSafetensors } from '../write/saveSafetensors.ts'
import { checkOutput, replaceFile } from './replaceFile.ts'
import { sizeText } from './table.ts'
import { OutputError, progressOf, type Terminal, UsageError } from './terminal.ts'

export interface ConvertOptions {
  readonly json: boolean
  /** Replace OUT if it exists. */
  readonly force: boolean
  readonly dtype: WideDType | undefined
}

/** `convert IN OUT`: writes the state dict of IN in the format of OUT's extension. OUT is written whole or not at all. */
export async function convertCommand(
  input: string,
  output: string,
  { json, force, dtype }: ConvertOptions,
  terminal: Terminal,
): Promise<number> {
  const write = writerOf(output)
  await checkOutput(output, force)
  const weights = await loadWeights(input, { dtype, onProgress: progressOf(terminal, input) })
  const bytes = bytesOf(weights, write, output)
  await replaceFile(output, bytes, force)
  const result = { input, output, tensors: weights.size, byteLength: bytes.length }
  terminal.out(
    json ? JSON.stringify(result, null, 2) : `${output}: ${weights.size} tensors, ${sizeText(bytes.length)}`,
  )
  return 0
}

type Write = (weights: ReadonlyMap<string, Tensor>) => Bytes

function writerOf(output: string): Write {
  if (/\.(pt|pth)$/i.test(output)) return savePt
  if (/\.safetensors$/i.test(output)) {
    return (weights) => saveSafetensors(weights, { metadata: { format: 'pt' } })
  }
  throw new UsageError(`expected OUT to end in .pt, .pth or .safetensors, got ${output}`)
}

/** Some names and texts fit one format and not the other. */
function bytesOf(weights: ReadonlyMap<string, Tensor>, write: Write, output: string): Bytes {
  try {
    return write(weights)
  } catch (error) {
    throw new OutputError(`cannot write ${output}: ${messageOf(error)}`, { cause: error })
  }
}
