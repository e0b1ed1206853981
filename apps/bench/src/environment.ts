import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg } from 'node:os'
import type { Contender } from './contender.ts'
import { remedy } from './contenders.ts'

/** What the figures depend on, as it is printed. */
export interface Environment {
  readonly date: string
  /** Of this repository; empty outside of it. */
  readonly commit: string
  /** Its version, and the options it was started with. */
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
}

interface EnvironmentFacts {
  readonly contenders: readonly Pick<Contender, 'name' | 'variant'>[]
  readonly missing: readonly string[]
  readonly threads: number
  /** Empty where nothing is compared with it. */
  readonly roof?: string
  readonly browser?: string
}

export function describeEnvironment({
  contenders,
  missing,
  threads,
  roof = '',
  browser = '',
}: EnvironmentFacts): Environment {
  return {
    date: new Date().toISOString(),
    commit: commit(),
    node: [process.version, ...process.execArgv].join(' '),
    v8: process.versions.v8,
    browser,
    cpu: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores, ${process.platform} ${process.arch}`,
    load: (loadavg()[0] ?? 0).toFixed(2),
    contenders: contenders.map(({ name, variant }) => (variant ? `${name} (${variant})` : name)).join(', '),
    threads: String(threads),
    roof,
    notInstalled: missing.map((name) => `${name} (${remedy(name)})`).join(', '),
  }
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim()
  } catch {
    return ''
  }
}
