import type { Backend, BackendName } from './backend.ts'
import { GlBackend } from './gl/glBackend.ts'
import { loadGpuJs } from './gpujs/load.ts'
import type { GpuJs } from './gpujs/types.ts'
import { WebGpuBackend } from './webgpu/webGpuBackend.ts'

/** The backends that run or are starting. */
const running = new Map<BackendName, Promise<SharedBackend>>()

/**
 * A backend and the number of engines that use it. There is one for each mode, because browsers allow few WebGL contexts
 * and gpu.js has one WebGPU device.
 */
export class SharedBackend {
  readonly #name: BackendName
  #backend: Backend
  #users = 0
  #restoring: Promise<void> | null = null

  /**
   * The backend of this name, started if it does not run. Each call needs one of {@link SharedBackend.leave}; the last
   * ends it.
   * @throws GpuUnavailableError if it cannot be started
   */
  static async join(name: BackendName): Promise<SharedBackend> {
    let starting = running.get(name)
    if (!starting) {
      starting = loadGpuJs().then(async (js) => new SharedBackend(name, await start(js, name)))
      running.set(name, starting)
      starting.catch(() => running.delete(name))
    }
    const shared = await starting
    shared.#users++
    if (shared.#backend.lost !== null) await shared.restore()
    return shared
  }

  private constructor(name: BackendName, backend: Backend) {
    this.#name = name
    this.#backend = backend
  }

  get backend(): Backend {
    return this.#backend
  }

  leave(): void {
    this.#users--
    if (this.#users > 0) return
    running.delete(this.#name)
    void this.#backend.destroy()
  }

  /** Replaces a backend that was lost. */
  async restore(): Promise<void> {
    if (this.#backend.lost === null) return
    this.#restoring ??= this.#restart().finally(() => {
      this.#restoring = null
    })
    await this.#restoring
  }

  async #restart(): Promise<void> {
    await this.#backend.destroy()
    this.#backend = await start(await loadGpuJs(), this.#name)
  }
}

function start(js: GpuJs, name: BackendName): Promise<Backend> {
  return name === 'webgpu' ? WebGpuBackend.start(js) : GlBackend.start(js, name)
}
