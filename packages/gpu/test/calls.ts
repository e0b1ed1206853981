import { prototypeOf } from './platform.ts'

/** Counts calls of methods of the platform's classes, from outside of what is tested. */
export class Calls {
  readonly #undo: (() => void)[] = []
  readonly #counts = new Map<string, number>()

  /** @param methods such as `GPUQueue.submit`; classes this runtime has not are left out */
  constructor(methods: readonly string[]) {
    for (const method of methods) {
      const [className = '', name = ''] = method.split('.')
      const prototype = prototypeOf(className)
      if (typeof prototype !== 'object' || prototype === null) continue
      const original: unknown = Reflect.get(prototype, name)
      if (typeof original !== 'function') continue
      const count = (): void => {
        this.#counts.set(method, this.of(method) + 1)
      }
      Object.defineProperty(prototype, name, {
        configurable: true,
        writable: true,
        value: function (this: unknown, ...args: unknown[]): unknown {
          count()
          return Reflect.apply(original, this, args)
        },
      })
      this.#undo.push(() =>
        Object.defineProperty(prototype, name, { configurable: true, writable: true, value: original }),
      )
    }
  }

  of(method: string): number {
    return this.#counts.get(method) ?? 0
  }

  reset(): void {
    this.#counts.clear()
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo) undo()
  }
}
