import type { Contender } from './contender.ts'

/** Functions by name: each makes a contender with this many threads, or null where it is not installed. */
export type Makers = Readonly<
  Record<string, (threads: number) => Contender | null | Promise<Contender | null>>
>

/** What became of the contenders that were asked for. */
export interface Made {
  readonly contenders: readonly Contender[]
  /** Names of contenders that are not installed. */
  readonly missing: readonly string[]
  /** Contenders that could not be started. */
  readonly failed: readonly { readonly contender: string; readonly reason: string }[]
}

/**
 * Makes the contenders named, in the order of `makers`.
 * @param onMaking called before each is started
 */
export async function makeContenders(
  makers: Makers,
  names: readonly string[],
  threads: number,
  onMaking: (name: string) => void = () => {},
): Promise<Made> {
  const contenders: Contender[] = []
  const missing: string[] = []
  const failed: { contender: string; reason: string }[] = []
  for (const [name, make] of Object.entries(makers)) {
    if (!names.includes(name)) continue
    onMaking(name)
    try {
      const contender = await make(threads)
      if (contender === null) missing.push(name)
      else contenders.push(contender)
    } catch (error) {
      failed.push({ contender: name, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return { contenders, missing, failed }
}
