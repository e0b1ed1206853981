/// <reference types="node" />
import type { HeapProfiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'

/** Runs of an act, of which the least counts. */
const runs = 5

/**
 * Bytes that an act allocates once its code is optimised, those collected meanwhile included: V8's sampling profiler sees
 * about every 512th. Code that is not optimised yet allocates, and a busy machine optimises late: so the least of some runs
 * counts, which shows all the same what every run allocates.
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
