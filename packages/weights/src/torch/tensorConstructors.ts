import { quote } from '../errors.ts'
import { globalName, isRecord } from '../pickle/values.ts'
import { dtypeNamed, type FileDType, itemSize } from '../tensor/fileDtype.ts'
import { TensorSpec } from '../tensor/tensorSpec.ts'
import type { Call } from './call.ts'
import { Unrepresentable } from './unrepresentable.ts'

// Counterparts of the functions that rebuild tensors.

/** `(storage, offset, size, stride)` */
export function rebuildTensor<T>(call: Call<T>): TensorSpec {
  return view(call, null, false)
}

/** `(storage, offset, size, stride, requires_grad, hooks[, metadata])` */
export function rebuildTensorV2<T>(call: Call<T>): TensorSpec {
  checkMetadata(call, 6)
  return view(call, null, call.flag(4))
}

/** `(untyped storage, offset, size, stride, requires_grad, hooks, dtype[, metadata])` */
export function rebuildTensorV3<T>(call: Call<T>): TensorSpec {
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

/** Refuses metadata that asks to conjugate or negate the numbers, which nothing here would do. */
function checkMetadata<T>(call: Call<T>, index: number): void {
  const metadata = call.args[index] ?? null
  if (!isRecord(metadata)) return
  if (metadata.kind === 'dict' && !metadata.entries.includes(true)) return
  throw new Unrepresentable(
    'a lazily conjugated or negated tensor',
    'save tensor.resolve_conj().resolve_neg()',
  )
}

/** `(data, requires_grad, hooks[, state])`. Further attributes of the parameter are not kept. */
export function rebuildParameter<T>(call: Call<T>): TensorSpec {
  const [data, requiresGrad] = [call.tensor(0), call.flag(1)]
  return checked(call, () => data.withRequiresGrad(requiresGrad))
}

/**
 * A parameter before PyTorch 0.4: `(data)` built with `(requires_grad, volatile, hooks)`, or nothing built with
 * `(data, grad, hooks, requires_grad, volatile)`.
 */
export function rebuildVariable<T>(call: Call<T>): TensorSpec {
  const { state = null } = call
  const built = isRecord(state) && state.kind === 'tuple' ? state.items : []
  const late = call.args.length === 0
  const parts = call.of(call.callee, late ? built : [...call.args, ...built])
  const flag = late ? 3 : 1
  const requiresGrad = parts.args.length > flag ? parts.flag(flag) : call.callee.endsWith('Parameter')
  const data = parts.tensor(0)
  return checked(call, () => data.withRequiresGrad(requiresGrad))
}

/**
 * `(data, dtype, device, requires_grad)`: the copy of a tensor of another device, such as XLA. The data may be wider
 * than the dtype, since NumPy knows no bfloat16: its numbers are the tensor's all the same, and are kept wide.
 */
export function deviceCopy<T>(call: Call<T>): TensorSpec {
  const [data, global] = [call.tensor(0), call.global(1)]
  const dtype = global.module === 'torch' ? dtypeNamed(global.name) : null
  if (dtype === null) throw call.corrupt(`expected a dtype, got ${globalName(global)}`)
  const wider = isFloat(dtype) && isFloat(data.dtype) && itemSize(dtype) < itemSize(data.dtype)
  if (dtype !== data.dtype && !wider) {
    throw new Unrepresentable(
      `a tensor of ${dtype} kept as ${data.dtype}`,
      'save tensor.cpu() instead of the tensor of the device',
    )
  }
  return checked(call, () => data.withRequiresGrad(call.flag(3)))
}

function isFloat(dtype: FileDType): boolean {
  return /^b?float(16|32|64)$/.test(dtype)
}

/** Adds the place of the call to an error about a view. */
export function checked<T>(call: Call<T>, make: () => TensorSpec): TensorSpec {
  try {
    return make()
  } catch (error) {
    if (error instanceof RangeError) throw call.corrupt(error.message)
    throw error
  }
}
