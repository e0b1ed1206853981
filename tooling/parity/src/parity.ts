/** Runs cases on both sides and finds what differs. */
import type { HostEngine } from '@unroll/kernels'
import { type Case, drawCase, kindOf, planOf, simplerCases } from './case.ts'
import { compareOutcomes } from './compare.ts'
import { type Difference, differenceOf } from './differences.ts'
import { namedEngines } from './engines.ts'
import type { Oracle } from './oracle.ts'
import { ending, type Outcome, outcomeOf } from './outcome.ts'
import { runPlan } from './runPlan.ts'

export interface Mismatch {
  readonly engine: string
  /** What was drawn first. */
  readonly seed: number
  /** The smallest case that still fails. */
  readonly smallest: Case
  readonly found: readonly string[]
}

export interface Report {
  readonly torch: string
  readonly seed: number
  readonly count: number
  readonly engines: readonly string[]
  /** Engines this runtime cannot run. */
  readonly skippedEngines: readonly string[]
  /** Cases of each kind. */
  readonly kinds: Readonly<Record<string, number>>
  /** How cases ended in PyTorch: `ok`, or the class of the error. */
  readonly endings: Readonly<Record<string, number>>
  /** Deliberate differences met, by reason. */
  readonly deliberate: Readonly<Record<string, number>>
  readonly mismatches: readonly Mismatch[]
}

export interface ParityOptions {
  readonly seed: number
  readonly count: number
  /** Called after each case. */
  onProgress?(done: number, mismatches: number): void
}

export async function runParity(oracle: Oracle, { seed, count, onProgress }: ParityOptions): Promise<Report> {
  const all = namedEngines()
  const engines = all.flatMap(({ name, engine }) => (engine ? [{ name, engine }] : []))
  const kinds: Record<string, number> = {}
  const endings: Record<string, number> = {}
  const deliberate: Record<string, number> = {}
  const mismatches: Mismatch[] = []
  for (let i = 0; i < count; i++) {
    const given = drawCase(seed + i, oracle.drawsDropoutItself)
    const torch = await runTorch(oracle, given)
    bump(kinds, kindOf(given))
    bump(endings, torch.error?.class ?? 'ok')
    const difference = differenceOf(given)
    if (difference) bump(deliberate, difference.reason)
    for (const { name, engine } of engines) {
      const first = check(given, torch, engine)
      if (first.length === 0) continue
      const smallest = await shrink(oracle, given, engine)
      const again = check(smallest, await runTorch(oracle, smallest), engine)
      const found = again.length > 0 ? again : ['the second time it agrees; the first time:', ...first]
      mismatches.push({ engine: name, seed: seed + i, smallest, found })
      // The others would say the same.
      break
    }
    onProgress?.(i + 1, mismatches.length)
  }
  return {
    torch: oracle.torch,
    seed,
    count,
    engines: engines.map(({ name }) => name),
    skippedEngines: all.filter(({ engine }) => engine === null).map(({ name }) => name),
    kinds,
    endings,
    deliberate,
    mismatches,
  }
}

async function runTorch(oracle: Oracle, given: Case): Promise<Outcome> {
  const plan = planOf(given)
  return outcomeOf(await oracle.ask(plan.family, { plan }))
}

function check(given: Case, torch: Outcome, engine: HostEngine): string[] {
  const ours = runPlan(planOf(given), engine)
  const difference = differenceOf(given)
  return compareOutcomes(torch, ours, difference ? isAsDocumented(difference, torch, ours) : null)
}

function isAsDocumented(difference: Difference, torch: Outcome, ours: Outcome): boolean {
  return difference.torch === ending(torch) && difference.ours === ending(ours)
}

/** Takes the first simpler case that still fails, until none does. */
async function shrink(oracle: Oracle, given: Case, engine: HostEngine): Promise<Case> {
  for (const simpler of simplerCases(given)) {
    if (check(simpler, await runTorch(oracle, simpler), engine).length > 0) return shrink(oracle, simpler, engine)
  }
  return given
}

function bump(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}
