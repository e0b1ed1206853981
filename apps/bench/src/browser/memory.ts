/**
 * WebAssembly memories that this worker makes or is given. This module replaces the constructors by ones that note what they
 * make, so it must be loaded before anything that makes a memory. Calls into WebAssembly stay as fast as they were.
 */
const memories = new Set<WebAssembly.Memory>()

/** Bytes of all these memories now. */
export function memoryBytes(): number {
  let bytes = 0
  for (const memory of memories) bytes += memory.buffer.byteLength
  return bytes
}

WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
  construct(target, args) {
    const memory: WebAssembly.Memory = Reflect.construct(target, args)
    memories.add(memory)
    return memory
  },
})

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, args) {
    const instance: WebAssembly.Instance = Reflect.construct(target, args)
    noteExports(instance)
    return instance
  },
})

const handler: ProxyHandler<(...args: never[]) => Promise<unknown>> = {
  async apply(target, self, args) {
    const made: unknown = await Reflect.apply(target, self, args)
    if (made instanceof WebAssembly.Instance) noteExports(made)
    else if (hasInstance(made)) noteExports(made.instance)
    return made
  },
}
for (const name of ['instantiate', 'instantiateStreaming'] as const) {
  Object.assign(WebAssembly, { [name]: new Proxy(WebAssembly[name], handler) })
}

function noteExports({ exports }: WebAssembly.Instance): void {
  for (const value of Object.values(exports)) if (value instanceof WebAssembly.Memory) memories.add(value)
}

function hasInstance(made: unknown): made is { readonly instance: WebAssembly.Instance } {
  return typeof made === 'object' && made !== null && 'instance' in made
}
