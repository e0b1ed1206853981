import type { Inspection } from '../inspect.ts'
import { inspect } from '../inspect.ts'
import type { TensorInfo } from '../tensorInfo.ts'
import { plain, shapeText, sizeText, table } from './table.ts'
import type { Terminal } from './terminal.ts'

/** `inspect FILE`. @returns the exit code: 1 if the file would be refused or names something dangerous */
export async function inspectCommand(file: string, json: boolean, terminal: Terminal): Promise<number> {
  const found = await inspect(file)
  if (json) terminal.out(JSON.stringify(toJson(found), null, 2))
  else for (const line of describeFile(found)) terminal.out(line)
  return found.safe && found.refusals.loadWeights === null ? 0 : 1
}

function toJson(found: Inspection): unknown {
  return {
    ...found,
    tensors: Array.from(found.tensors, ([name, { storage, ...rest }]) => ({
      name,
      ...rest,
      storage: { key: storage.key, byteLength: storage.byteLength, location: storage.location },
    })),
    values: Object.fromEntries(found.values),
    metadata: Object.fromEntries(found.metadata),
  }
}

function* describeFile(found: Inspection): Iterable<string> {
  const { file, format, byteLength, metadata, tensors, values, shared, modules, leftOut, globals, refusals } =
    found
  yield `${plain(file)}: ${format}, ${sizeText(byteLength)}`
  const notes = Array.from(metadata, ([key, value]) => `${plain(key)} ${plain(value)}`)
  if (notes.length > 0) yield notes.join(', ')

  yield* section(`Tensors (${tensors.size}, ${sizeText(totalBytes(tensors))})`)
  const rows = Array.from(tensors, ([name, info]) => tensorRow(plain(name), info))
  yield* table([['name', 'dtype', 'shape', 'size', ''], ...rows], [3])

  if (shared.length > 0) yield* section('Shared memory')
  for (const group of shared) yield group.map(plain).join(' = ')

  if (modules.length > 0) yield* section('Recurrent modules')
  for (const module of modules) {
    const { prefix, kind, inputSize, hiddenSize, numLayers, bidirectional, bias, projSize } = module
    const options = [
      numLayers > 1 ? `numLayers: ${numLayers}` : '',
      bidirectional ? 'bidirectional: true' : '',
      bias ? '' : 'bias: false',
      projSize > 0 ? `projSize: ${projSize}` : '',
    ].filter((option) => option !== '')
    const sizes = [inputSize, hiddenSize, ...(options.length > 0 ? [`{ ${options.join(', ')} }`] : [])]
    yield `${plain(prefix) || '(no prefix)'}  ${kind}(${sizes.join(', ')})`
  }

  if (leftOut.length > 0) yield* section('Left out')
  yield* table(leftOut.map(({ name, what, why }) => [plain(name), plain(what), plain(why)]))

  if (values.size > 0) yield* section('Other values')
  yield* table(Array.from(values, ([path, text]) => [plain(path) || '(all of it)', plain(text)]))

  if (globals.length > 0) yield* section(found.safe ? 'The pickle names' : 'The pickle names (DANGEROUS)')
  yield* table(globals.map(({ name, verdict }) => [plain(name), verdict]))

  yield* section('Loading')
  yield `load         ${refusals.load === null ? 'reads it' : `refuses it: ${plain(refusals.load)}`}`
  yield `loadWeights  ${refusals.loadWeights === null ? 'reads it' : `refuses it: ${plain(refusals.loadWeights)}`}`
}

function* section(title: string): Iterable<string> {
  yield ''
  yield title
}

function totalBytes(tensors: ReadonlyMap<string, TensorInfo>): number {
  const storages = new Set(Array.from(tensors.values(), ({ storage }) => storage))
  return [...storages].reduce((sum, { byteLength }) => sum + byteLength, 0)
}

function tensorRow(name: string, info: TensorInfo): string[] {
  const { dtype, shape, strides, byteLength, storage, requiresGrad } = info
  const notes = [
    isDense(info) ? '' : `strides ${shapeText(strides)}`,
    byteLength < storage.byteLength ? `of storage ${storage.key}, ${sizeText(storage.byteLength)}` : '',
    storage.location === 'cpu' ? '' : storage.location,
    requiresGrad ? 'requires grad' : '',
  ].filter((note) => note !== '')
  return [name, dtype, shapeText(shape), sizeText(byteLength), plain(notes.join('; '))]
}

/** True if the elements stand in logical order without gaps. */
function isDense({ shape, strides }: TensorInfo): boolean {
  let expected = 1
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const size = shape[dim] ?? 1
    if (size === 0) return true
    if (size !== 1 && strides[dim] !== expected) return false
    expected *= size
  }
  return true
}
