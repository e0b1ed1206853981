/** What the figures depend on. Each is text as people read it, and empty where it does not apply. */
export interface Environment {
  readonly date: string
  /** Of this repository; empty outside of it. */
  readonly commit: string
  /** Its version, and the options it was started with. Empty for a page that somebody opened. */
  readonly node: string
  readonly v8: string
  /** Where the contenders ran; empty if in Node. */
  readonly browser: string
  readonly cpu: string
  /** How busy the machine was before: processes ready to run, the mean of a minute. */
  readonly load: string
  readonly contenders: string
  readonly threads: string
  /** The instructions that make the roof. */
  readonly roof: string
  /** Peers that were asked for, and what installs them. */
  readonly notInstalled: string
  /** Whether a page has shared memory, and so threads. */
  readonly isolated?: string | undefined
  /** The least time that a page's clock tells apart. */
  readonly clock?: string | undefined
}

/** A contender, with its build or version, or the adapter it computes on. */
export interface ContenderName {
  readonly name: string
  readonly variant: string
}

/** `wasm (relaxed-simd), onnxruntime-web (1.30.0)`. */
export function listContenders(contenders: readonly ContenderName[]): string {
  return contenders.map(({ name, variant }) => (variant ? `${name} (${variant})` : name)).join(', ')
}
