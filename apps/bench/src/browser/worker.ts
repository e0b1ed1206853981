/** Contenders of a page run in this worker, so that the page stays responsive and can end a contender that hangs. */
// Imported first: it must be loaded before anything makes a memory.
import './memory.ts'

import { makeWorkload } from '../cases/workload.ts'
import type { Contender } from '../contenders/contender.ts'
import { makeContenders } from '../contenders/makeContenders.ts'
import { pageContenders } from '../contenders/pageContenders.ts'
import { compareCase } from '../measure/compareCase.ts'
import { clockStep } from '../measure/rounds.ts'
import { makeRoof } from '../roofline/multiplyAddRoof.ts'
import { memoryBytes } from './memory.ts'
import type { Message, Reply, Request } from './protocol.ts'

function post(message: Message): void {
  self.postMessage(message)
}

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    post(await serve(data))
  } catch (error) {
    post({ kind: 'thrown', message: error instanceof Error ? error.message : String(error) })
  }
}

async function serve({ contenders: names, threads, files, work }: Request): Promise<Reply> {
  const made = await makeContenders(pageContenders(files), names, threads, (contender) =>
    post({ kind: 'step', step: { doing: 'start', contender } }),
  )
  const { contenders, missing, failed } = made
  switch (work.kind) {
    case 'introduce':
      return {
        kind: 'introduction',
        introduction: {
          contenders: contenders.map(({ name, variant }) => ({ name, variant })),
          missing,
          failed,
          roof: makeRoof().instructions,
          clockMs: clockStep(),
        },
      }
    case 'compare': {
      const { benchCase, effort } = work
      const comparisons = await compareCase(benchCase, contenders, {
        roof: makeRoof(),
        effort,
        onStep: (step) => post({ kind: 'step', step }),
      })
      return {
        kind: 'comparisons',
        comparisons: comparisons.map((each) => ({ ...each, failed: [...failed, ...each.failed] })),
      }
    }
    case 'memory': {
      const [lost] = failed
      if (lost !== undefined) throw new Error(lost.reason)
      for (const contender of contenders) await callOnce(contender, work.benchCase)
      return { kind: 'memory', bytes: memoryBytes() }
    }
  }
}

async function callOnce(contender: Contender, benchCase: Parameters<typeof makeWorkload>[0]): Promise<void> {
  post({
    kind: 'step',
    step: { doing: 'check', contender: contender.name, round: -1, rounds: 0 },
  })
  await (await contender.prepare(makeWorkload(benchCase))).output()
}
