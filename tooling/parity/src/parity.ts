/** Runs cases on both sides and finds what differs. */
import type { Engine } from '@unroll/kernels'
import { type Case, drawCase, kindOf, planOf, simplerCases } from './case.ts'
import { compareOutcomes, type OutcomeTolerance } from './compare.ts'
import { differenceOf } from './differences.ts'
import { type NamedEngine, namedEngines } from './engines.ts'
import { type Oracle, OracleCrash } from './oracle.ts'
import { crashed, ending, endsAlike, type Outcome, outcomeOf } from './outcome.ts'
import type { Plan } from './plan.ts'
import { runPlan, runPlanOnDevice } from './runPlan.ts'

interface Mismatch {
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
  /** Cases the gpu engines took part in. */
  readonly onGpu: number
  /** Cases whose gradients were compared. */
  readonly ranBack: number
  /** Those of them whose second derivatives were compared, of each kind. */
  readonly twice: Readonly<Record<string, number>>
  /** Cases of each kind. */
  readonly kinds: Readonly<Record<string, number>>
  /** How cases ended in PyTorch: `ok`, or the class of the error. */
  readonly endings: Readonly<Record<string, number>>
  /** How many deliberate differences were met, by reason. */
  readonly deliberate: Readonly<Record<string, number>>
  readonly mismatches: readonly Mismatch[]
}

export interface ParityOptions {
  readonly seed: number
  readonly count: number
  /** Only modules that run forward and back. Default: a part of the cases. */
  readonly training?: boolean
  /** Default: all there are. */
  readonly engines?: readonly NamedEngine[]
  /** Called after each case. */
  onProgress?(done: number, mismatches: number): void
}

export async function runParity(
  oracle: Oracle,
  { seed, count, onProgress, training = false, engines: all = namedEngines() }: ParityOptions,
): Promise<Report> {
  const engines = all.flatMap(({ name, engine }) => (engine ? [{ name, engine }] : []))
  const kinds: Record<string, number> = {}
  const endings: Record<string, number> = {}
  const deliberate: Record<string, number> = {}
  const mismatches: Mismatch[] = []
  const twice: Record<string, number> = {}
  let [onGpu, ranBack] = [0, 0]
  for (let i = 0; i < count; i++) {
    const given = drawCase(seed + i, oracle.drawsDropoutItself, training)
    const torch = await runTorch(oracle, given)
    if (engines.some(({ engine }) => isGpu(engine)) && isForGpu(planOf(given))) onGpu++
    if (torch.gradients.length > 0) ranBack++
    if (torch.gradients.length > 0 && isTwice(given)) bump(twice, kindOf(given))
    bump(kinds, kindOf(given))
    bump(endings, torch.error?.class ?? 'ok')
    for (const { name, engine } of engines) {
      const { found: first, reason } = await check(given, torch, engine)
      if (reason !== null && engine === engines[0]?.engine) bump(deliberate, reason)
      if (first.length === 0) continue
      const smallest = await shrink(oracle, given, engine)
      const { found: again } = await check(smallest, await runTorch(oracle, smallest), engine)
      const found = again.length > 0 ? again : ['not the second time; the first time:', ...first]
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
    onGpu,
    ranBack,
    twice,
    kinds,
    endings,
    deliberate,
    mismatches,
  }
}

async function runTorch(oracle: Oracle, given: Case): Promise<Outcome> {
  const plan = planOf(given)
  try {
    return outcomeOf(await oracle.ask(plan.family, { plan }))
  } catch (error) {
    if (error instanceof OracleCrash) return crashed(error.message)
    throw error
  }
}

interface Verdict {
  /** Unwanted differences. */
  readonly found: readonly string[]
  /** The reason, if the two ended differently on purpose. */
  readonly reason: string | null
}

/** Wider than PyTorch's own: GPUs may round exponentials and divisions by a few units in the last place. */
const gpuTolerance: OutcomeTolerance = {
  float32: { rtol: 1e-4, atol: 1e-5 },
  gradient: { rtol: 1e-3, ofLargest: 1e-5 },
}

async function check(given: Case, torch: Outcome, engine: Engine): Promise<Verdict> {
  const plan = planOf(given)
  if (engine.kind === 'device') {
    // Only a module's forwardAsync goes to the device.
    if (plan.family !== 'module' || (isGpu(engine) && !isForGpu(plan))) return { found: [], reason: null }
    // Devices keep copies, so that they need not see that something was changed, and have no second derivatives.
    if (plan.backward?.fault || plan.backward?.order === 2) return { found: [], reason: null }
    const ours = await runPlanOnDevice(plan, engine)
    const reason = endsAlike(torch, ours) ? null : reasonOf(given, torch, ours)
    const tolerance = isGpu(engine) ? gpuTolerance : undefined
    return { found: reason === null ? compareOutcomes(torch, ours, tolerance) : [], reason }
  }
  const ours = runPlan(plan, engine)
  const reason = endsAlike(torch, ours) ? null : reasonOf(given, torch, ours)
  return { found: reason === null ? compareOutcomes(torch, ours) : [], reason }
}

function isGpu({ name }: Engine): boolean {
  return name === 'gpu'
}

/** Modules over finite float32: GPUs have no float64, and need not keep NaN, infinities and denormals. */
function isForGpu(plan: Plan): boolean {
  if (plan.family !== 'module') return false
  const draws = [plan.input, ...[plan.hx ?? []].flat()]
  return !JSON.stringify(plan).includes('float64') && draws.every((draw) => !draw?.specials?.length)
}

function isTwice(given: Case): boolean {
  return given.family === 'module' && given.backward?.order === 2
}

function reasonOf(given: Case, torch: Outcome, ours: Outcome): string | null {
  const row = differenceOf(given)
  return row?.torch.test(ending(torch)) && row.ours.test(ending(ours)) ? row.reason : null
}

/** Takes the first simpler case that still fails, until none does. */
async function shrink(oracle: Oracle, given: Case, engine: Engine): Promise<Case> {
  for (const simpler of simplerCases(given)) {
    const { found } = await check(simpler, await runTorch(oracle, simpler), engine)
    if (found.length > 0) return shrink(oracle, simpler, engine)
  }
  return given
}

function bump(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}
