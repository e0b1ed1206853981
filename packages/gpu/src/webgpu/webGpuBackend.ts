import type { AdapterInfo, Backend } from '../backend.ts'
import { type Counters, newCounters } from '../counters.ts'
import { GpuLostError, GpuUnavailableError } from '../errors.ts'
import { kernelError } from '../gpujs/kernelError.ts'
import { provideWebGpu } from '../gpujs/providePeer.ts'
import type { DeviceContext, Gpu, GpuJs, Handle } from '../gpujs/types.ts'
import type { MatrixNode } from '../graph.ts'
import { leavesOf } from '../graphLeaves.ts'
import { Lru } from '../lru.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'
import { isSoftware } from '../software.ts'
import { Plan } from './plan.ts'

/** How many plans are kept. Each has buffers for everything it computes. */
const planLimit = 32

/**
 * The WebGPU backend: a graph becomes one gpu.js pipeline, which runs in one command encoder, with one transfer back.
 * Plans are kept by the structure of the graph, so that the next call of the same shapes compiles nothing and sends only
 * its inputs.
 */
export class WebGpuBackend implements Backend {
  readonly name = 'webgpu'
  readonly gateLayout = 'stacked'
  readonly adapter: AdapterInfo
  readonly counters: Counters = newCounters()
  readonly #js: GpuJs
  readonly #gpu: Gpu<Handle>
  readonly #context: DeviceContext
  readonly #plans: Lru<Plan>
  #lost: string | null = null
  #error: string | null = null
  /** The end of the last run. Runs wait for each other, because they may use a plan with other weights. */
  #tail: Promise<unknown> = Promise.resolve()

  /** @throws GpuUnavailableError if there is no adapter */
  static async start(js: GpuJs): Promise<WebGpuBackend> {
    if (!js.WebGPUContext.isSupported) await provideWebGpu(js)
    if (!js.WebGPUContext.isSupported) {
      throw new GpuUnavailableError(
        'webgpu: there is no navigator.gpu here; use a browser with WebGPU and a page served over https or from localhost, ' +
          'in Node npm install webgpu beside @unroll/gpu',
      )
    }
    try {
      return new WebGpuBackend(js, await js.WebGPUContext.acquire())
    } catch (error) {
      throw new GpuUnavailableError(
        'webgpu: there is no adapter that gives a device; in Chromium see chrome://gpu for the reason, in Node install the ' +
          'driver of Vulkan, Metal or Direct3D 12',
        { cause: error },
      )
    }
  }

  private constructor(js: GpuJs, context: DeviceContext) {
    this.#js = js
    this.#context = context
    this.#gpu = new js.GPU<Handle>({ mode: 'webgpu' })
    const { device, adapter } = context
    const { vendor = '', architecture = '', description = '', device: model = '' } = adapter.info ?? {}
    const name =
      [vendor, architecture, model, description].filter((part) => part !== '').join(' ') ||
      'an adapter without a name'
    this.adapter = {
      description: name,
      software:
        adapter.isFallbackAdapter === true || adapter.info?.isFallbackAdapter === true || isSoftware(name),
      maxTextureSize: null,
      maxBufferBytes: Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize),
    }
    this.#plans = new Lru(planLimit, (plan) => plan.dispose())
    void device.lost.then(({ message }) => {
      this.#lost ??= message || 'the device was lost'
    })
    // Without this nobody would notice a refused command, and zeros would be read.
    device.addEventListener('uncapturederror', (event) => {
      const error: unknown = Reflect.get(event, 'error')
      this.#error = error instanceof Object && 'message' in error ? String(error.message) : 'an unknown error'
    })
  }

  get lost(): string | null {
    return this.#lost ?? (this.#context.isLost ? 'the device was lost' : null)
  }

  run(roots: readonly MatrixNode[]): Promise<Float32Array[]> {
    const result = this.#tail.then(() => this.#run(roots))
    this.#tail = result.catch(() => {})
    return result
  }

  async #run(roots: readonly MatrixNode[]): Promise<Float32Array[]> {
    this.#check()
    const leaves = leavesOf(roots)
    const plan = this.#plans.get(leaves.key, () => {
      this.counters.compiles++
      return new Plan(this.#gpu, this.#context.device, this.#js.Input, roots, leaves)
    })
    try {
      const results = await plan.run(leaves, this.counters)
      this.#check()
      return results
    } catch (error) {
      this.#plans.delete(leaves.key)
      this.#check()
      throw error
    } finally {
      this.#plans.trim()
      this.counters.cached = this.#plans.size
    }
  }

  /** The plan's buffers stay, for the next weights of the same shape. Only the elements on the host can be freed. */
  release(matrix: ResidentMatrix): void {
    for (const plan of this.#plans.values()) plan.forget(matrix)
  }

  async destroy(): Promise<void> {
    this.#lost ??= 'the engine was disposed'
    await this.#tail
    this.#plans.clear()
    this.counters.cached = 0
    await this.#gpu.destroy()
  }

  #check(): void {
    if (this.lost !== null) {
      throw new GpuLostError(
        `webgpu: ${this.lost}; await gpu.restore() starts anew, and modules send their weights again`,
      )
    }
    if (this.#error !== null) {
      const error = this.#error
      this.#error = null
      throw kernelError('webgpu', error)
    }
  }
}
