/** What a backend has done since it started. */
export interface Counters {
  /** How often a kernel ran. */
  launches: number
  /** How often results were transferred from the device. */
  readbacks: number
  /** How many bytes of weights were sent to the device. */
  weightBytes: number
  /** How many kernels (WebGL) or plans (WebGPU) were compiled. */
  compiles: number
  /** How many kernels or plans are held now. */
  cached: number
}

export function newCounters(): Counters {
  return { launches: 0, readbacks: 0, weightBytes: 0, compiles: 0, cached: 0 }
}
