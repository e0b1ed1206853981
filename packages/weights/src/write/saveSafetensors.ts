import { describeValue, optionsOf } from '@unroll/kernels'
import { checkTensor, type Tensor } from '@unroll/tensor'
import type { Bytes } from '../source/source.ts'
import { itemSize, safetensorsNameOf } from '../tensor/fileDtype.ts'
import { encodeUtf8 } from '../utf8.ts'
import { entriesOf } from './savable.ts'

export interface SafetensorsOptions {
  /** Free text by name, under `__metadata__`. */
  readonly metadata?: ReadonlyMap<string, string> | Readonly<Record<string, string>> | undefined
}

/**
 * The bytes of a safetensors file, byte for byte as the format's own library writes them: tensors of larger elements
 * first, then by name, and the header padded to 8 bytes.
 *
 * The format has no views: every tensor is written whole, rows first, even if it shares memory.
 * @param weights a state dict: a Map, or a plain object, of tensors by name
 * @param options.metadata free text by name, under `__metadata__`
 * @throws TypeError for values that are not tensors, the name `__metadata__`, or text that is not Unicode
 *
 * @example
 * await writeFile('lstm.safetensors', saveSafetensors(lstm.stateDict(), { metadata: { format: 'pt' } }))
 */
export function saveSafetensors(
  weights: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  options?: SafetensorsOptions | null,
): Bytes {
  const who = 'saveSafetensors'
  const { metadata } = optionsOf<SafetensorsOptions>(who, options, { metadata: undefined })
  const tensors = entriesOf(who, 'a state dict (a Map or plain object of tensors)', weights)
  for (const [name, tensor] of tensors) checkTensor(who, quoteText(name), tensor)
  const notes =
    metadata === undefined ? [] : entriesOf(who, 'metadata as a Map or plain object of text', metadata)
  const ordered = [...tensors].sort(
    ([a, { dtype: left }], [b, { dtype: right }]) => itemSize(right) - itemSize(left) || compareText(a, b),
  )
  const fields: string[] = []
  if (metadata !== undefined) {
    const texts = notes.map(([key, value]) => `${quoteText(key)}:${quoteText(value)}`)
    fields.push(`"__metadata__":{${texts.join(',')}}`)
  }
  const parts: Uint8Array[] = []
  let end = 0
  for (const [name, { dtype, shape, data }] of ordered) {
    if (name === '__metadata__') throw new TypeError('saveSafetensors: no tensor can be called __metadata__')
    const start = end
    end += data.byteLength
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    fields.push(
      `${quoteText(name)}:{"dtype":"${safetensorsNameOf(dtype)}","shape":[${shape.join(',')}],"data_offsets":[${start},${end}]}`,
    )
  }
  const header = encodeUtf8(`{${fields.join(',')}}`)
  const dataStart = 8 + Math.ceil(header.length / 8) * 8
  const file = new Uint8Array(dataStart + end)
  new DataView(file.buffer).setBigUint64(0, BigInt(dataStart - 8), true)
  file.fill(0x20, 8, dataStart).set(header, 8)
  let at = dataStart
  for (const part of parts) {
    file.set(part, at)
    at += part.length
  }
  return file
}

/** By code points, as Rust and Python compare. */
function compareText(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  const at = left.findIndex((char, i) => char !== right[i])
  if (at < 0) return left.length - right.length
  return (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1)
}

function quoteText(text: unknown): string {
  if (typeof text !== 'string') {
    throw new TypeError(`saveSafetensors: expected names and metadata to be text, got ${describeValue(text)}`)
  }
  if (/\p{Surrogate}/u.test(text)) {
    throw new TypeError(`saveSafetensors: text ${JSON.stringify(text)} is not Unicode`)
  }
  return JSON.stringify(text)
}
