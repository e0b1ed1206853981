import type { Counters } from '../counters.ts'
import { kernelError } from '../gpujs/kernelError.ts'
import { kernelSettings, type ShadingLanguage } from '../gpujs/kernelSettings.ts'
import type { Gpu, GpuJs, Input, Kernel, Texture } from '../gpujs/types.ts'
import { Lru } from '../lru.ts'

/** How many compiled kernels are kept. Each keeps the texture it wrote last. */
const kernelLimit = 96

/** An argument of a kernel. */
export type Argument = Texture | Input | number

/** Compiles kernels, once for each shape of arguments, and runs them. */
export class GlLauncher {
  readonly #gpu: Gpu<Texture>
  readonly #js: GpuJs
  readonly #counters: Counters
  readonly #language: ShadingLanguage
  readonly #kernels = new Lru<Kernel<Texture>>(kernelLimit, free)
  /** The textures made since the last {@link GlLauncher.finish}. */
  readonly #made = new Set<Texture>()

  constructor(gpu: Gpu<Texture>, js: GpuJs, counters: Counters, language: ShadingLanguage) {
    this.#gpu = gpu
    this.#js = js
    this.#counters = counters
    this.#language = language
  }

  /** Runs a kernel of `height` by `width` threads. The texture lives until {@link GlLauncher.finish}. */
  launch(
    source: string,
    size: { readonly width: number; readonly height: number },
    args: readonly Argument[],
  ): Texture {
    const { width, height } = size
    // The sizes of textures are written into a kernel.
    const sizes = args
      .map((arg) => (typeof arg === 'number' ? 'n' : Array.from(arg.size).join('x')))
      .join(' ')
    const key = `${width}x${height} ${sizes} ${source}`
    const kernel = this.#kernels.get(key, () => {
      this.#counters.compiles++
      return this.#gpu.createKernel(source, kernelSettings(source, [width, height], this.#language))
    })
    try {
      const texture = kernel(...args)
      this.#counters.launches++
      this.#made.add(texture)
      return texture
    } catch (error) {
      this.#kernels.delete(key)
      throw kernelError('webgl', error)
    }
  }

  /** Values of the host as an argument, with `columns` numbers in a row. */
  input(data: Float32Array, columns: number): Input {
    return new this.#js.Input(data, [columns, data.length / columns])
  }

  /** Deletes a texture before {@link GlLauncher.finish}. */
  release(texture: Texture): void {
    if (this.#made.delete(texture)) texture.delete()
  }

  /** Keeps a texture beyond {@link GlLauncher.finish}; the caller deletes it. */
  keep(texture: Texture): Texture {
    this.#made.delete(texture)
    return texture
  }

  /** Deletes all textures that were made and not kept, and the kernels beyond the limit. */
  finish(): void {
    for (const texture of this.#made) texture.delete()
    this.#made.clear()
    this.#kernels.trim()
    this.#counters.cached = this.#kernels.size
  }

  /** Deletes all kernels with their textures. */
  destroy(): void {
    this.finish()
    this.#kernels.clear()
    this.#counters.cached = 0
  }
}

/**
 * Frees a kernel. If one got its own results as an argument, it still holds the last of them, which gpu.js does not
 * delete.
 */
function free(kernel: Kernel<Texture>): void {
  const args: unknown = Reflect.get(kernel.kernel, 'kernelArguments')
  for (const arg of Array.isArray(args) ? args : []) {
    const last: unknown = typeof arg === 'object' && arg !== null ? Reflect.get(arg, 'prevArg') : undefined
    if (isTexture(last)) last.delete()
  }
  kernel.destroy()
}

function isTexture(value: unknown): value is Texture {
  return (
    typeof value === 'object' && value !== null && 'delete' in value && typeof value.delete === 'function'
  )
}
