import { loadGpuJs } from '../src/gpujs/load.ts'
import { prototypeOf } from './platform.ts'

type Around = (original: (...args: unknown[]) => unknown, self: unknown, args: unknown[]) => unknown

/** Replaces a method; gives what puts it back. Null where there is none. */
function wrap(owner: unknown, name: string, around: Around): (() => void) | null {
  if (typeof owner !== 'object' || owner === null) return null
  const original: unknown = Reflect.get(owner, name)
  if (typeof original !== 'function') return null
  const define = (value: unknown): void => {
    Object.defineProperty(owner, name, { value, configurable: true, writable: true })
  }
  define(function (this: unknown, ...args: unknown[]): unknown {
    return around((...given) => Reflect.apply(original, this, given), this, args)
  })
  return () => define(original)
}

/** Catches the contexts and devices that are made, to lose them. */
export class Captures {
  readonly #undo: readonly ((() => void) | null)[]
  #context: WebGL2RenderingContext | null = null
  #device: { destroy(): void; readonly lost: Promise<unknown> } | null = null
  contexts = 0

  constructor() {
    this.#undo = [
      wrap(prototypeOf('OffscreenCanvas'), 'getContext', (original, _self, args) => {
        const context = original(...args)
        if (context instanceof WebGL2RenderingContext && context !== this.#context) {
          // gpu.js makes one to ask for features.
          if (args.length > 1) {
            this.#context = context
            this.contexts++
          }
        }
        return context
      }),
      // One device serves all of gpu.js, and may be there already.
      wrap(prototypeOf('GPUDevice'), 'createCommandEncoder', (original, self, args) => {
        if (isDevice(self)) this.#device = self
        return original(...args)
      }),
    ]
  }

  /** Takes the context or device away that was made last. */
  async lose(): Promise<void> {
    const context = this.#context
    if (context) {
      const lost = new Promise((resolve) => context.canvas.addEventListener('webglcontextlost', resolve))
      context.getExtension('WEBGL_lose_context')?.loseContext()
      await lost
    }
    this.#device?.destroy()
    await this.#device?.lost
    this.#context = null
    this.#device = null
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo) undo?.()
  }
}

function isDevice(value: unknown): value is { destroy(): void; readonly lost: Promise<unknown> } {
  return typeof value === 'object' && value !== null && 'destroy' in value && 'lost' in value
}

/** As long as it lives, drivers refuse every shader. */
export class BrokenDriver {
  readonly #undo: readonly ((() => void) | null)[]

  constructor() {
    this.#undo = [
      wrap(prototypeOf('WebGL2RenderingContext'), 'shaderSource', (original, _self, [shader]) =>
        original(shader, 'no shader'),
      ),
      wrap(prototypeOf('GPUDevice'), 'createShaderModule', (original) => original({ code: 'no shader' })),
    ]
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo) undo?.()
  }
}

/** What was created on WebGL and WebGPU and not given back. */
export class LiveObjects {
  readonly #live = new Map<unknown, string>()
  readonly #undo: readonly ((() => void) | null)[]
  created = 0

  static async start(): Promise<LiveObjects> {
    const { HeadlessGLKernel } = await loadGpuJs()
    return new LiveObjects(HeadlessGLKernel.prototype)
  }

  private constructor(headless: unknown) {
    this.#undo = [
      ...this.#count(prototypeOf('WebGL2RenderingContext')),
      // The methods of a headless-gl context are its own.
      wrap(headless, 'initContext', (original) => {
        const context = original()
        this.#count(context)
        return context
      }),
      wrap(prototypeOf('GPUDevice'), 'createBuffer', (original, _self, args) =>
        this.#add(original(...args), 'GPUBuffer'),
      ),
      wrap(prototypeOf('GPUBuffer'), 'destroy', (original, self) => {
        this.#live.delete(self)
        return original()
      }),
    ]
  }

  #count(gl: unknown): ((() => void) | null)[] {
    return ['Texture', 'Buffer', 'Framebuffer', 'Program', 'Shader'].flatMap((kind) => [
      wrap(gl, `create${kind}`, (original, _self, args) => this.#add(original(...args), kind)),
      wrap(gl, `delete${kind}`, (original, _self, args) => {
        this.#live.delete(args[0])
        return original(...args)
      }),
    ])
  }

  get count(): number {
    return this.#live.size
  }

  /** Their kinds. */
  get list(): string[] {
    return [...this.#live.values()]
  }

  #add(object: unknown, kind: string): unknown {
    this.created++
    this.#live.set(object, kind)
    return object
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo) undo?.()
  }
}
