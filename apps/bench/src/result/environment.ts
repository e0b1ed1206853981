/** What the figures depend on. Each field is text for people, empty where it does not apply. */
export interface Environment {
  readonly date: string
  /** The commit of this repository; empty outside of it. */
  readonly commit: string
  /** Node's version and its options; empty for a page that somebody opened. */
  readonly node: string
  readonly v8: string
  /** Where the contenders ran; empty if in Node. */
  readonly browser: string
  readonly cpu: string
  /** How busy the machine was before: processes ready to run, averaged over a minute. */
  readonly load: string
  readonly contenders: string
  readonly threads: string
  /** The instructions that make the roof. */
  readonly roof: string
  /** Peers that were asked for, and what installs them. */
  readonly notInstalled: string
  /** Whether a page has shared memory, and so threads. */
  readonly isolated?: string | undefined
  /** The step of a page's clock. */
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
