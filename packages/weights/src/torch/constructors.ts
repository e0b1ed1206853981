import { quote, UnsupportedFormatError } from '../errors.ts'
import { globalName, globalPath, isRecord, type PickleGlobal } from '../pickle/values.ts'
import { dtypeNamed, type FileDType } from '../tensor/fileDtype.ts'
import { TensorSpec } from '../tensor/tensorSpec.ts'
import type { Call, Interpreted } from './call.ts'
import type { Complex, Saved } from './savedValue.ts'

/** Makes our counterpart of what Python would make of the call. */
export type Constructor = <T>(call: Call<T>) => Interpreted<T>

/**
 * The counterpart of a class or function; null if there is none, and then it will not be imitated.
 * The list follows PyTorch's for `weights_only=True`. Module and name must match as they stand: `_utils.Name` of
 * `torch` is not `Name` of `torch._utils`.
 */
export function constructorOf(global: PickleGlobal): Constructor | null {
  return constructors.get(keyOf(global)) ?? (unsupportedKind(global) === null ? null : refuse)
}

/** What the class or function makes, if that is harmless but nothing a tensor here can hold; else null. */
export function unsupportedKind(global: PickleGlobal): string | null {
  if (global.module.startsWith('__torch__.torch.classes.quantized'))
    return 'packed weights of quantized layers'
  return unsupported.get(keyOf(global)) ?? null
}

/** True where BUILD gives what the constructor needs, not attributes. */
export function takesState(global: PickleGlobal): boolean {
  return constructors.get(keyOf(global)) === rebuildVariable
}

/** As pickle disassemblies show it. */
export function keyOf({ module, name }: PickleGlobal): string {
  return `${module} ${name}`
}

const constructors: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ['torch._utils _rebuild_tensor', (call) => view(call, null, false)],
  ['torch._utils _rebuild_tensor_v2', rebuildTensorV2],
  ['torch._utils _rebuild_tensor_v3', rebuildTensorV3],
  ['torch._utils _rebuild_parameter', rebuildParameter],
  ['torch._utils _rebuild_parameter_with_state', rebuildParameter],
  ['torch._tensor _rebuild_from_type_v2', rebuildFromType],
  ['torch.nn.parameter Parameter', rebuildVariable],
  ['torch.autograd.variable Variable', rebuildVariable],
  ['torch.jit._pickle build_intlist', list],
  ['torch.jit._pickle build_doublelist', list],
  ['torch.jit._pickle build_boollist', list],
  ['torch.jit._pickle build_tensorlist', list],
  ['torch.jit._pickle restore_type_tag', (call) => call.resolver.value(call.raw(0))],
  ['torch Size', (call) => (call.args.length === 0 ? [] : call.counts(0))],
  ['torch device', device],
  ['torch.serialization _get_layout', (call) => call.text(0).replace(/^torch\./, '')],
  ['collections OrderedDict', mapping],
  ['collections Counter', mapping],
  ['builtins set', set],
  ['__builtin__ set', set],
  ['builtins frozenset', set],
  ['__builtin__ frozenset', set],
  ['builtins bytearray', bytes],
  ['__builtin__ bytearray', bytes],
  // How protocol 2 writes no bytes at all.
  ['builtins bytes', bytes],
  ['__builtin__ bytes', bytes],
  ['builtins complex', complex],
  ['__builtin__ complex', complex],
  ['_codecs encode', encode],
])

const unsupported: ReadonlyMap<string, string> = new Map([
  ['torch._utils _rebuild_qtensor', 'a quantized tensor'],
  ['torch per_tensor_affine', 'a quantized tensor'],
  ['torch per_tensor_symmetric', 'a quantized tensor'],
  ['torch per_channel_affine', 'a quantized tensor'],
  ['torch per_channel_symmetric', 'a quantized tensor'],
  ['torch per_channel_affine_float_qparams', 'a quantized tensor'],
  ['torch._utils _rebuild_sparse_tensor', 'a sparse tensor'],
  ['torch._utils _rebuild_sparse_csr_tensor', 'a sparse tensor'],
  ['torch._utils _rebuild_nested_tensor', 'a nested tensor'],
  ['torch._utils _rebuild_meta_tensor_no_storage', 'a tensor on the meta device, which has no data'],
  ['torch._utils _rebuild_wrapper_subclass', 'a tensor subclass without a storage of its own'],
  ['torch._utils _rebuild_device_tensor_from_numpy', "another device's tensor kept as a NumPy array"],
  ['torch._utils _rebuild_device_tensor_from_cpu_tensor', "another device's tensor kept as a copy"],
])

function refuse<T>(call: Call<T>): never {
  throw new UnsupportedFormatError(`holds what ${call.callee} makes, which cannot be represented`, call.at)
}

/** `(storage, offset, size, stride, requires_grad, hooks[, metadata])` */
function rebuildTensorV2<T>(call: Call<T>): TensorSpec {
  checkMetadata(call, 6)
  return view(call, null, call.flag(4))
}

/** `(untyped storage, offset, size, stride, requires_grad, hooks, dtype[, metadata])` */
function rebuildTensorV3<T>(call: Call<T>): TensorSpec {
  checkMetadata(call, 7)
  const global = call.global(6)
  const dtype = global.module === 'torch' ? dtypeNamed(global.name) : null
  if (dtype === null) throw call.corrupt(`expected a dtype, got ${globalName(global)}`)
  return view(call, dtype, call.flag(4))
}

/** Arguments 0 to 3 are `(storage, offset, size, stride)`; the dtype is the storage's unless given. */
function view<T>(call: Call<T>, given: FileDType | null, requiresGrad: boolean): TensorSpec {
  const storage = call.storage(0)
  const dtype = given ?? storage.dtype
  if (dtype === 'untyped' || (storage.dtype !== 'untyped' && storage.dtype !== dtype)) {
    throw call.corrupt(
      `a tensor of dtype ${dtype} cannot be a view of storage ${quote(storage.key)} of ${storage.dtype}`,
    )
  }
  const [offset, shape, strides] = [call.count(1), call.counts(2), call.counts(3)]
  return checked(call, () => new TensorSpec({ storage, dtype, offset, shape, strides, requiresGrad }))
}

/** Metadata tells that the numbers are to be conjugated or negated when read; nobody would do that here. */
function checkMetadata<T>(call: Call<T>, index: number): void {
  const metadata = call.args[index] ?? null
  if (!isRecord(metadata)) return
  if (metadata.kind === 'dict' && !metadata.entries.includes(true)) return
  throw new UnsupportedFormatError(`${call.callee}: a lazily conjugated or negated tensor`, call.at)
}

/** `(data, requires_grad, hooks[, state])`. Attributes someone hung on the parameter are not kept. */
function rebuildParameter<T>(call: Call<T>): TensorSpec {
  const [data, requiresGrad] = [call.tensor(0), call.flag(1)]
  return checked(call, () => data.withRequiresGrad(requiresGrad))
}

/**
 * A parameter before PyTorch 0.4: `(data)` built with `(requires_grad, volatile, hooks)`, or nothing built with
 * `(data, grad, hooks, requires_grad, volatile)`.
 */
function rebuildVariable<T>(call: Call<T>): TensorSpec {
  const { state = null } = call
  const built = isRecord(state) && state.kind === 'tuple' ? state.items : []
  const late = call.args.length === 0
  const parts = call.of(call.callee, late ? built : [...call.args, ...built])
  const flag = late ? 3 : 1
  const requiresGrad = parts.args.length > flag ? parts.flag(flag) : call.callee.endsWith('Parameter')
  const data = parts.tensor(0)
  return checked(call, () => data.withRequiresGrad(requiresGrad))
}

/** `([values])`: a typed list of TorchScript. */
function list<T>(call: Call<T>): Interpreted<T> {
  const values = call.resolver.value(call.raw(0))
  if (!Array.isArray(values)) throw call.corrupt('expected a list')
  return values
}

/** `(function, class, args, state)`: a tensor with attributes, or of a subclass; only the tensor is kept. */
function rebuildFromType<T>(call: Call<T>): Interpreted<T> {
  const rebuild = call.global(0)
  const construct = constructorOf(rebuild)
  if (construct === null || rebuild.module !== 'torch._utils') {
    throw call.corrupt(`expected a function that rebuilds tensors, got ${globalName(rebuild)}`)
  }
  return construct(call.of(globalPath(rebuild), call.tuple(2)))
}

/** Gives an error about a view the place of the call. */
function checked<T>(call: Call<T>, make: () => TensorSpec): TensorSpec {
  try {
    return make()
  } catch (error) {
    if (error instanceof RangeError) throw call.corrupt(error.message)
    throw error
  }
}

/** `(type[, index])`: `cpu`, `cuda:1` */
function device<T>(call: Call<T>): string {
  return call.args.length > 1 ? `${call.text(0)}:${call.count(1)}` : call.text(0)
}

/** `([dict or list of pairs])`; most are filled afterwards, by SETITEMS. */
function mapping<T>(call: Call<T>): Map<Saved<T>, Saved<T>> {
  if (call.args.length === 0) return new Map()
  const source = call.resolver.value(call.raw(0))
  if (source instanceof Map) return new Map(source)
  if (!Array.isArray(source)) throw call.corrupt('expected a dict or a list of pairs')
  const map = new Map<Saved<T>, Saved<T>>()
  for (const pair of source) {
    if (!Array.isArray(pair) || pair.length !== 2) throw call.corrupt('expected a list of pairs')
    const [key = null, value = null] = pair
    if (key instanceof Map || key instanceof Set) throw call.corrupt('a dict or set cannot be a key')
    map.set(key, value)
  }
  return map
}

/** `([list])` */
function set<T>(call: Call<T>): Set<Saved<T>> {
  if (call.args.length === 0) return new Set()
  const source = call.resolver.value(call.raw(0))
  if (!Array.isArray(source)) throw call.corrupt('expected a list')
  return new Set(source)
}

/** `([bytes])`, in older files `(text, 'latin-1')` */
function bytes<T>(call: Call<T>): Uint8Array {
  if (call.args.length === 0) return new Uint8Array(0)
  if (call.args.length === 2) return encode(call)
  const source = call.resolver.value(call.raw(0))
  if (!(source instanceof Uint8Array)) throw call.corrupt('expected bytes')
  return source
}

/** `(text, 'latin1')`: how protocol 2 writes bytes. */
function encode<T>(call: Call<T>): Uint8Array {
  const text = call.text(0)
  if (!/^latin[-_]?1$/.test(call.text(1)))
    throw call.corrupt(`expected encoding latin1, got ${quote(call.text(1))}`)
  const encoded = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0xff) throw call.corrupt(`character ${code} is not in latin1`)
    encoded[i] = code
  }
  return encoded
}

/** `(real, imaginary)` */
function complex<T>(call: Call<T>): Complex {
  return { re: call.number(0), im: call.number(1) }
}
