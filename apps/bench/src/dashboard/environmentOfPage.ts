import type { Introduction } from '../browser/protocol.ts'
import type { Comparison } from '../measure/compareRecurrent.ts'
import { type Environment, listContenders } from '../result/environment.ts'

/** What the figures of a run in this page depend on. */
export function environmentOfPage(
  { contenders, missing, failed, roof, clockMs }: Introduction,
  threads: number,
  comparisons: readonly Comparison[],
): Environment {
  return {
    date: new Date().toISOString(),
    commit: import.meta.env['VITE_COMMIT'] ?? '',
    node: '',
    v8: '',
    browser: browserOf(navigator.userAgent),
    cpu: `${navigator.hardwareConcurrency} cores, ${systemOf(navigator.userAgent)}`,
    load: loadSeen(comparisons),
    contenders: listContenders(contenders),
    threads: String(threads),
    roof,
    notInstalled: [...missing, ...failed.map(({ contender, reason }) => `${contender} (${reason})`)].join(
      ', ',
    ),
    isolated: crossOriginIsolated ? 'yes' : 'no',
    clock: `${Number(clockMs.toPrecision(1))} ms`,
  }
}

/** A page cannot read the load of its machine. The roof shows it: on a quiet machine it is the same in all cases. */
function loadSeen(comparisons: readonly Comparison[]): string {
  const roofs = comparisons.map(({ roofGflops }) => roofGflops)
  if (roofs.length === 0) return ''
  return `roof of ${Math.min(...roofs).toFixed(1)} to ${Math.max(...roofs).toFixed(1)} GFLOP/s`
}

/** `Chromium 156`, `Firefox 140`. */
function browserOf(userAgent: string): string {
  const [, name = '', version = ''] =
    /(Firefox|Edg|OPR)\/([\d.]+)/.exec(userAgent) ??
    /(Chrome|Chromium)\/([\d.]+)/.exec(userAgent) ??
    /(Version)\/([\d.]+).*Safari/.exec(userAgent) ??
    []
  const shown = { Edg: 'Edge', OPR: 'Opera', Version: 'Safari', Chrome: 'Chromium' }[name] ?? name
  return shown === '' ? userAgent : `${shown} ${version}`
}

function systemOf(userAgent: string): string {
  return /\(([^;)]+)/.exec(userAgent)?.[1] ?? ''
}
