/// <reference types="node" />
import type { HeapProfiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'

/** The act is run this many times, and the least counts. */
const runs = 5

/**
 * The bytes that an act allocates once its code is optimised, including those collected meanwhile. V8's sampling profiler sees
 * about every 512th byte. Code allocates more before it is optimised, which happens late on a busy machine, so the least of
 * several runs counts. What every run allocates is still seen.
 */
export async function allocatedBytes(act: () => void): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) least = Math.min(least, await sampled(act))
  return least
}

async function sampled(act: () => void): Promise<number> {
  const session = new Session()
  session.connect()
  try {
    await session.post('HeapProfiler.startSampling', {
      samplingInterval: 512,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    })
    act()
    const { profile } = await session.post('HeapProfiler.stopSampling')
    return sizeOf(profile.head)
  } finally {
    session.disconnect()
  }
}

function sizeOf({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number {
  return children.reduce((sum, child) => sum + sizeOf(child), selfSize)
}
