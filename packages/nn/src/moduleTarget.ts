import type { Engine } from '@unroll/kernels'
import { type DType, isFloatingPoint, noGrad, type Tensor } from '@unroll/tensor'

// What `Module.to` takes, and how it converts.

export function isEngine(value: unknown): value is Engine {
  if (typeof value !== 'object' || value === null || !('kind' in value && 'recurrent' in value)) return false
  return (value.kind === 'host' || value.kind === 'device') && typeof value.recurrent === 'function'
}

/** True if modules can be converted to `value`. */
export function isFloatDType(value: unknown): value is DType {
  return value === 'float32' || value === 'float64' || value === 'float16' || value === 'bfloat16'
}

/** A hint for callers who pass a device's name, as in PyTorch. */
export function engineRemedy(target: unknown): string {
  if (typeof target !== 'string' || !/^(cpu|cuda|gpu|mps|wasm|reference|web|headless)/.test(target)) return ''
  return '; engines are objects: wasm and reference of @unroll/kernels, await createGpu() of @unroll/gpu'
}

/** Converts the floating-point parameters and buffers in place. */
export function convert(module: { parameters(): Tensor[]; buffers(): Tensor[] }, dtype: DType): void {
  noGrad(() => {
    for (const tensor of [...module.parameters(), ...module.buffers()]) {
      if (!isFloatingPoint(tensor.dtype) || tensor.dtype === dtype) continue
      const { grad } = tensor
      tensor.set_(tensor.to(dtype))
      tensor.grad = grad?.to(dtype) ?? null
    }
  })
}
