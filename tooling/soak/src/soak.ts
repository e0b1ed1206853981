import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { setNumThreads, wasm } from '@unroll/kernels'
import { manualSeed } from '@unroll/tensor'
import { Draw } from './draw.ts'
import { Pair } from './pair.ts'

export interface SoakOptions {
  readonly seconds: number
  readonly seed: number
  readonly onProgress: (operations: number, wrong: number, secondsLeft: number) => void
}

export interface SoakReport {
  readonly seed: number
  readonly seconds: number
  readonly operations: number
  /** How often each operation was made. */
  readonly counts: Readonly<Record<string, number>>
  /** What differed from the reference engine, or ended in an error that nobody asked for. */
  readonly wrong: readonly string[]
  /** The most bytes the engine held, by its own figure. */
  readonly mostBytes: number
  /** The same, after everything was disposed or dropped. */
  readonly bytesLeft: number
}

/** Pairs that live at once, at most. */
const mostPairs = 8

/** Makes random operations until the time is over. */
export async function runSoak({ seconds, seed, onProgress }: SoakOptions): Promise<SoakReport> {
  const draw = new Draw(seed)
  manualSeed(seed)
  const counts: Record<string, number> = {}
  const wrong: string[] = []
  const pairs: Pair[] = []
  let mostBytes = 0

  const operations: readonly [name: string, weight: number, act: (pair: Pair) => unknown][] = [
    ['forward', 8, (pair) => pair.forward(draw)],
    ['steps of a stream', 6, (pair) => pair.step(draw)],
    ['open a stream', 2, (pair) => pair.open(draw)],
    ['drop streams', 1, (pair) => pair.dropStreams()],
    ['change weights', 2, (pair) => pair.change()],
    ['convert', 1, (pair) => pair.convert()],
    ['save and load', 1, (pair) => pair.save()],
    ['refused calls', 1, (pair) => pair.refuse()],
    ['dispose', 1, (pair) => pair.dispose()],
    ['drop', 1, (pair) => pairs.splice(pairs.indexOf(pair), 1)],
    ['threads', 0.3, () => setNumThreads(draw.size(1, 4))],
    [
      'threads, overlapping',
      0.1,
      async () => {
        const wanted = [draw.size(1, 3), draw.size(1, 3)]
        await Promise.all(wanted.map((count) => setNumThreads(count)))
      },
    ],
  ]
  const all = operations.flatMap((operation) =>
    new Array<typeof operation>(operation[1] * 10).fill(operation),
  )

  // All of it in the memory that threads can share: the one there was before is not counted.
  await setNumThreads(2)
  const start = performance.now()
  const elapsed = (): number => (performance.now() - start) / 1000
  let done = 0
  while (elapsed() < seconds) {
    if (pairs.length < mostPairs) pairs.push(Pair.draw(draw))
    const [name, , act] = draw.one(all)
    try {
      const what = await act(draw.one(pairs))
      if (typeof what === 'string') wrong.push(`operation ${done}, ${name}: ${what}`)
    } catch (error) {
      wrong.push(`operation ${done}, ${name}: ${error instanceof Error ? error.stack : String(error)}`)
    }
    counts[name] = (counts[name] ?? 0) + 1
    mostBytes = Math.max(mostBytes, wasm.allocatedBytes)
    done++
    if (done % 20 > 0) continue
    onProgress(done, wrong.length, Math.max(0, Math.round(seconds - elapsed())))
    // Finalizers run between tasks.
    await new Promise((resolve) => setTimeout(resolve))
  }
  pairs.length = 0
  await setNumThreads(1)
  return {
    seed,
    seconds: Math.round(elapsed()),
    operations: done,
    counts,
    wrong,
    mostBytes,
    bytesLeft: await bytesAfterCollection(),
  }
}

/** The bytes the engine still holds after the garbage collector has found everything that was dropped. */
async function bytesAfterCollection(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')
  for (let tries = 0; tries < 100 && wasm.allocatedBytes > 0; tries++) {
    collectGarbage()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return wasm.allocatedBytes
}
