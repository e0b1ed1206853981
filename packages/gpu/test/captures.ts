/** Replaces a method of a platform's class; gives what puts it back. Null where the runtime has no such class. */
function wrap(
  className: string,
  name: string,
  around: (original: (...args: unknown[]) => unknown, self: unknown, args: unknown[]) => unknown,
): (() => void) | null {
  const prototype: unknown = Reflect.get(Object(Reflect.get(globalThis, className)), 'prototype')
  const original: unknown =
    typeof prototype === 'object' && prototype !== null ? Reflect.get(prototype, name) : null
  if (typeof original !== 'function' || typeof prototype !== 'object' || prototype === null) return null
  const define = (value: unknown): void => {
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true })
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
      wrap('OffscreenCanvas', 'getContext', (original, _self, args) => {
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
      wrap('GPUDevice', 'createCommandEncoder', (original, self, args) => {
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

/** What was created on WebGL and WebGPU and not given back. */
export class LiveObjects {
  readonly #live = new Map<unknown, string>()
  readonly #undo: readonly ((() => void) | null)[]
  created = 0

  constructor() {
    const gl = ['Texture', 'Buffer', 'Framebuffer', 'Program', 'Shader'].flatMap((kind) => [
      wrap('WebGL2RenderingContext', `create${kind}`, (original, _self, args) =>
        this.#add(original(...args), kind),
      ),
      wrap('WebGL2RenderingContext', `delete${kind}`, (original, _self, args) => {
        this.#live.delete(args[0])
        return original(...args)
      }),
    ])
    this.#undo = [
      ...gl,
      wrap('GPUDevice', 'createBuffer', (original, _self, args) => this.#add(original(...args), 'GPUBuffer')),
      wrap('GPUBuffer', 'destroy', (original, self) => {
        this.#live.delete(self)
        return original()
      }),
    ]
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
