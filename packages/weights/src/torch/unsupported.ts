import { quote } from '../errors.ts'
import type { Refusal } from '../leftOut.ts'
import { globalPath, isRecord, type PickleGlobal, type PickleObject } from '../pickle/values.ts'

const quantized = unsupportedAs('a quantized tensor', 'dequantize it before saving: tensor.dequantize()')

/** Weights in the memory layout of some machine's kernels. */
export const packed: Refusal = unsupportedAs(
  'packed weights of a quantized layer',
  'no layer here computes with them, and dequantized they are not the weights they were made of; ' +
    'save the float model, from before quantize_dynamic',
)

const sparse = unsupportedAs('a sparse tensor', 'save tensor.to_dense()')

/** Functions of PyTorch that make what no tensor here can hold, though it is harmless. */
const unsupported: ReadonlyMap<string, Refusal> = new Map([
  ['torch._utils _rebuild_qtensor', quantized],
  ['torch._utils _rebuild_sparse_tensor', sparse],
  ['torch._utils _rebuild_sparse_csr_tensor', sparse],
  [
    'torch._utils _rebuild_nested_tensor',
    unsupportedAs('a nested tensor', 'save tensor.to_padded_tensor(0.0)'),
  ],
  [
    'torch._utils _rebuild_meta_tensor_no_storage',
    unsupportedAs('a tensor on the meta device', 'it has no data: save the model once it has weights'),
  ],
  [
    'torch._utils _rebuild_wrapper_subclass',
    unsupportedAs('a tensor subclass without a storage of its own', 'save it as a plain tensor'),
  ],
])

/** Objects of C++ classes. In a TorchScript archive the class is named, elsewhere a text in the state names it. */
const scriptObjects: ReadonlySet<string> = new Set(['torch ScriptObject', 'torch._C ScriptObject'])
const nativeClasses = '__torch__.torch.classes.'

/** What a class or function makes, if that is harmless but nothing a tensor here can hold; else null. */
export function unsupportedKind(global: PickleGlobal): Refusal | null {
  const { module, name } = global
  if (module.startsWith(nativeClasses)) return nativeKind(globalPath(global))
  if (scriptObjects.has(`${module} ${name}`)) return nativeKind('')
  return unsupported.get(`${module} ${name}`) ?? null
}

/** The same of an object, whose state may tell more; null if it may be representable. */
export function unsupportedObject({ state = null }: PickleObject, called: PickleGlobal): Refusal | null {
  const kind = unsupportedKind(called)
  if (kind === null || !scriptObjects.has(`${called.module} ${called.name}`)) return kind
  const [, named] = isRecord(state) && state.kind === 'tuple' ? state.items : []
  return nativeKind(typeof named === 'string' ? named : '')
}

function nativeKind(path: string): Refusal {
  if (/^__torch__\.torch\.classes\.(quantized|rnn)\./.test(path)) return packed
  const name = path.startsWith(nativeClasses) ? quote(path.slice('__torch__.'.length)) : 'a C++ class'
  return unsupportedAs(`an object of ${name}`, 'only that class can read it')
}

function unsupportedAs(what: string, why: string): Refusal {
  return { what, why, kind: 'unsupported' }
}
