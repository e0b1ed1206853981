/** What a backend has done since it started. */
export interface Counters {
  /** Kernels run. */
  launches: number
  /** Transfers from the device that somebody waited for. */
  readbacks: number
  /** Bytes of weights sent to the device. */
  weightBytes: number
  /** Kernels (WebGL) or plans (WebGPU) compiled. */
  compiles: number
  /** Kernels or plans held now. */
  cached: number
}

export function newCounters(): Counters {
  return { launches: 0, readbacks: 0, weightBytes: 0, compiles: 0, cached: 0 }
}
