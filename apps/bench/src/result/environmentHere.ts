import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { remedy } from '../contenders/nodeContenders.ts'
import { type ContenderName, type Environment, listContenders } from './environment.ts'

interface EnvironmentFacts {
  readonly contenders: readonly ContenderName[]
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
    contenders: listContenders(contenders),
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
