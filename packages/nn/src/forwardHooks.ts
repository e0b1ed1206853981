import { isGradEnabled } from '@unroll/tensor'
import { withGrad } from '@unroll/tensor/layers'
import { checkedOptions } from './arguments.ts'

/** The part of a module that hooks use. */
interface Running {
  forward(...args: never[]): unknown
  forwardAsync(...args: never[]): Promise<unknown>
}

/** The arguments a module's `forward` takes. */
export type ForwardArgs<M extends Running> = Parameters<M['forward']>

/** What a module's `forward` returns. */
export type ForwardResult<M extends Running> = ReturnType<M['forward']>

/** Runs before `forward`; returns the arguments to use instead (an array, or the only one), or nothing. */
export type ForwardPreHook<M extends Running> = (
  module: M,
  args: ForwardArgs<M>,
) => readonly ForwardArgs<M>[number][] | ForwardArgs<M>[0] | undefined

/** Runs after `forward`; returns the result to use instead, or nothing. */
export type ForwardHook<M extends Running> = (
  module: M,
  args: ForwardArgs<M>,
  result: ForwardResult<M>,
) => ForwardResult<M> | undefined

export interface HookOptions {
  /** Run before the hooks that are already registered. Default false. */
  readonly prepend?: boolean
}

/** Undoes a registration. */
export interface RemovableHandle {
  /** Removing twice does nothing. */
  remove(): void
}

type PreHook = (args: readonly unknown[]) => unknown
type Hook = (args: readonly unknown[], result: unknown) => unknown

/**
 * The hooks of one module. Users write plain `forward` methods. So a module with hooks gets own properties `forward`
 * and `forwardAsync` that wrap these methods. A module without hooks has no wrappers.
 */
export class ForwardHooks {
  readonly #module: Running
  readonly #pre = new Set<PreHook>()
  readonly #post = new Set<Hook>()
  #unwrap: (() => void) | null = null
  /** True while `forwardAsync` runs up to its first `await`: a `forward` that it calls then is part of the same run. */
  #running = false

  constructor(module: Running) {
    this.#module = module
  }

  addPre(hook: PreHook, options: HookOptions): RemovableHandle {
    return this.#add('registerForwardPreHook', this.#pre, hook, options)
  }

  add(hook: Hook, options: HookOptions): RemovableHandle {
    return this.#add('registerForwardHook', this.#post, hook, options)
  }

  #add<H>(method: string, hooks: Set<H>, hook: H, options: HookOptions): RemovableHandle {
    const who = `${this.#module.constructor.name}.${method}`
    const { prepend } = checkedOptions(who, options, { prepend: false }, 'prepend')
    const later = prepend ? [...hooks] : []
    if (prepend) hooks.clear()
    for (const each of [hook, ...later]) hooks.add(each)
    this.#unwrap ??= this.#wrap()
    const remove = (): void => {
      hooks.delete(hook)
      if (this.#pre.size + this.#post.size > 0) return
      this.#unwrap?.()
      this.#unwrap = null
    }
    return { remove }
  }

  #wrap(): () => void {
    const module = this.#module
    const { forward, forwardAsync } = module
    const unwrap = [
      override(module, 'forward', (...given: unknown[]): unknown => {
        if (this.#running) return Reflect.apply(forward, module, given)
        const args = this.#before(given)
        return this.#after(args, Reflect.apply(forward, module, args))
      }),
      override(module, 'forwardAsync', async (...given: unknown[]): Promise<unknown> => {
        const mode = isGradEnabled()
        const args = this.#before(given)
        const result = await this.#start(() => Reflect.apply(forwardAsync, module, args))
        return withGrad('forwardAsync', mode, () => this.#after(args, result))
      }),
    ]
    return () => {
      for (const undo of unwrap) undo()
    }
  }

  #start(run: () => unknown): unknown {
    this.#running = true
    try {
      return run()
    } finally {
      this.#running = false
    }
  }

  #before(given: readonly unknown[]): readonly unknown[] {
    let args = given
    for (const hook of this.#pre) {
      const instead = hook(args)
      if (instead !== undefined) args = Array.isArray(instead) ? instead : [instead]
    }
    return args
  }

  #after(args: readonly unknown[], given: unknown): unknown {
    let result = given
    for (const hook of this.#post) {
      const instead = hook(args, result)
      if (instead !== undefined) result = instead
    }
    return result
  }
}

/** Gives `object` an own property that is not enumerable. Returns a function that restores the previous one. */
function override(object: object, name: string, value: unknown): () => void {
  const previous = Object.getOwnPropertyDescriptor(object, name)
  Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: false })
  return () => {
    if (previous) Object.defineProperty(object, name, previous)
    else Reflect.deleteProperty(object, name)
  }
}
