import { globalName, globalPath, type PickleGlobal } from '../pickle/values.ts'
import type { Call, Interpreted } from './call.ts'
import { numpyArray, numpyBuffer, numpyDtype, numpyScalar } from './numpyConstructors.ts'
import {
  deviceCopy,
  rebuildParameter,
  rebuildTensor,
  rebuildTensorV2,
  rebuildTensorV3,
  rebuildVariable,
} from './tensorConstructors.ts'
import { Unrepresentable } from './unrepresentable.ts'
import { unsupportedKind } from './unsupported.ts'
import {
  bytes,
  complex,
  counter,
  device,
  encode,
  layout,
  list,
  mapping,
  set,
  size,
  tagged,
} from './valueConstructors.ts'

/** Makes our counterpart of what the call would make in Python. */
export type Constructor = <T>(call: Call<T>) => Interpreted<T>

/**
 * The counterpart of a class or function; null if there is none. For objects that nothing here can hold, the counterpart throws
 * {@link Unrepresentable}.
 *
 * The list follows PyTorch's for `weights_only=True`, with NumPy's arrays. Module and name must both match: `_utils.Name` of
 * `torch` is not `Name` of `torch._utils`.
 */
export function constructorOf(global: PickleGlobal): Constructor | null {
  const known = constructors.get(keyOf(global))
  if (known !== undefined) return known
  const kind = unsupportedKind(global)
  if (kind === null) return null
  return () => {
    throw new Unrepresentable(kind.what, kind.why)
  }
}

/** True if BUILD carries arguments of the constructor, not attributes. */
export function takesState(global: PickleGlobal): boolean {
  const known = constructors.get(keyOf(global))
  return known !== undefined && stateful.has(known)
}

/** As pickle disassemblies show it. */
export function keyOf({ module, name }: PickleGlobal): string {
  return `${module} ${name}`
}

const stateful: ReadonlySet<Constructor> = new Set<Constructor>([rebuildVariable, numpyArray, numpyDtype])

const constructors: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ['torch._utils _rebuild_tensor', rebuildTensor],
  ['torch._utils _rebuild_tensor_v2', rebuildTensorV2],
  ['torch._utils _rebuild_tensor_v3', rebuildTensorV3],
  ['torch._utils _rebuild_parameter', rebuildParameter],
  ['torch._utils _rebuild_parameter_with_state', rebuildParameter],
  ['torch._utils _rebuild_device_tensor_from_cpu_tensor', deviceCopy],
  ['torch._utils _rebuild_device_tensor_from_numpy', deviceCopy],
  ['torch._utils _rebuild_xla_tensor', deviceCopy],
  ['torch._tensor _rebuild_from_type_v2', rebuildFromType],
  ['torch.nn.parameter Parameter', rebuildVariable],
  ['torch.autograd.variable Variable', rebuildVariable],
  ['torch.storage _load_from_bytes', (call) => call.embedded()],
  ['torch.jit._pickle build_intlist', list],
  ['torch.jit._pickle build_doublelist', list],
  ['torch.jit._pickle build_boollist', list],
  ['torch.jit._pickle build_tensorlist', list],
  ['torch.jit._pickle restore_type_tag', tagged],
  ['torch Size', size],
  ['torch device', device],
  ['torch.serialization _get_layout', layout],
  ['collections OrderedDict', mapping],
  ['collections Counter', counter],
  ['builtins set', set],
  ['__builtin__ set', set],
  ['builtins frozenset', set],
  ['__builtin__ frozenset', set],
  ['builtins bytearray', bytes],
  ['__builtin__ bytearray', bytes],
  // Protocol 2 writes empty bytes like this.
  ['builtins bytes', bytes],
  ['__builtin__ bytes', bytes],
  ['builtins complex', complex],
  ['__builtin__ complex', complex],
  ['_codecs encode', encode],
  ...['numpy.core', 'numpy._core'].flatMap((core): [string, Constructor][] => [
    [`${core}.multiarray _reconstruct`, numpyArray],
    [`${core}.multiarray scalar`, numpyScalar],
    [`${core}.numeric _frombuffer`, numpyBuffer],
  ]),
  ['numpy dtype', numpyDtype],
])

/** `(function, class, args, state)`: a tensor with attributes, or of a subclass; only the tensor is kept. */
function rebuildFromType<T>(call: Call<T>): Interpreted<T> {
  const rebuild = call.global(0)
  const construct = constructorOf(rebuild)
  if (construct === null || rebuild.module !== 'torch._utils') {
    throw call.corrupt(`expected a function that rebuilds tensors, got ${globalName(rebuild)}`)
  }
  return construct(call.of(globalPath(rebuild), call.tuple(2)))
}
