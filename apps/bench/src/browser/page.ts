/** What runs in the page: contenders and cases by name. */
import { allCases } from '../cases.ts'
import { type Comparison, compare, DisagreementError } from '../compare.ts'
import type { Contender } from '../contender.ts'
import { engines, type Makers, makeContenders } from '../engines.ts'
import { gpuEngines } from '../gpuEngines.ts'
import { onnxruntimeWeb } from '../peers/onnxruntimeWeb.ts'
import { makeRoof } from '../roof.ts'
import type { Effort } from '../rounds.ts'

/** Everybody who can run in a page. */
const everybody: Makers = {
  ...engines,
  ...gpuEngines,
  'onnxruntime-web': (threads) => onnxruntimeWeb(threads, '/files/'),
}

const roof = makeRoof()
let contenders: readonly Contender[] = []

/** What the program in Node is told of them. */
export interface Started {
  readonly contenders: readonly { readonly name: string; readonly variant: string }[]
  readonly missing: readonly string[]
  readonly roof: string
}

export async function start(names: readonly string[], threads: number): Promise<Started> {
  const made = await makeContenders(everybody, names, threads)
  contenders = made.contenders
  return {
    contenders: contenders.map(({ name, variant }) => ({ name, variant })),
    missing: made.missing,
    roof: roof.instructions,
  }
}

/** Tells of rounds by the global `tell`. */
export async function run(
  name: string,
  effort: Effort,
): Promise<Comparison | { readonly disagreement: string }> {
  const benchCase = allCases.find((each) => each.name === name)
  if (benchCase === undefined) throw new RangeError(`page: no case ${name}`)
  const onRound = Reflect.get(globalThis, 'tell')
  try {
    return await compare(benchCase, contenders, { roof, effort, onRound })
  } catch (error) {
    if (error instanceof DisagreementError) return { disagreement: error.message }
    throw error
  }
}
