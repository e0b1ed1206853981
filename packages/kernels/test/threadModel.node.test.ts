import { describe, expect, it } from 'vitest'
import { type Scenario, walk } from './threadModel.ts'

const plain: Scenario = { jobs: 3, workers: 2, together: false, impatience: false, deaths: 0, traps: 0 }
const faulty = { impatience: true, deaths: 1, traps: 1 }

describe('in every order of steps of the main thread and its workers, each part is computed once', () => {
  // The more may go wrong, the more orders there are. With three jobs, the last two rows take minutes; they found no
  // fault either.
  it.each<[Partial<Scenario>, string, string[]]>([
    [{}, 'parts on their own', ['done']],
    [{ together: true }, 'parts that meet', ['done']],
    [{ together: true, traps: 1 }, 'parts that meet, one of which traps', ['done', 'undone']],
    [{ ...faulty, jobs: 1 }, 'parts on their own, all kinds of faults', ['done', 'lost', 'undone']],
    [{ ...faulty, workers: 1 }, 'the part of one worker, all kinds of faults', ['done', 'lost', 'undone']],
    [
      { ...faulty, together: true, jobs: 1 },
      'parts that meet, all kinds of faults',
      ['done', 'lost', 'undone'],
    ],
  ])(
    '%o: %s',
    (scenario, _title, expected) => {
      const { states, results, fault } = walk({ ...plain, ...scenario })
      expect(fault).toBe(null)
      expect([...results].sort()).toEqual(expected)
      expect(states).toBeGreaterThan(2000)
    },
    180_000,
  )
})

describe('the model notices', () => {
  const order = 'place.orders + index'
  const orderOf = 'place.orders + i - 1'

  it.each<[string, Partial<Scenario>, string]>([
    [
      'a worker that reads its order without taking it',
      { serve: [[`Atomics.exchange(control, ${order}, 0)`, `Atomics.load(control, ${order})`]] },
      'begun already',
    ],
    [
      'a main thread that takes back what a worker may have taken meanwhile',
      {
        runJob: [
          [`Atomics.exchange(control, ${orderOf}, 0) === 0`, `Atomics.load(control, ${orderOf}) === 0`],
        ],
      },
      'begun already',
    ],
    [
      'a worker that tells of its end before it computes',
      {
        serve: [
          ['Atomics.add(control, place.done, 1)', ''],
          ['try {', 'Atomics.add(control, place.done, 1)\n try {'],
        ],
      },
      'compute',
    ],
    [
      'element bytes that are written when a worker may compute already',
      {
        runJob: [
          ['Atomics.store(control, place.elementBytes, job.elementBytes);', ''],
          [
            'Atomics.notify(control, place.job);',
            'Atomics.store(control, place.elementBytes, job.elementBytes);',
          ],
        ],
      },
      'computes in 8 bytes',
    ],
    [
      'parts that meet, begun though one of them is not',
      { together: true, deaths: 1, runJob: [['begun = main.waitsForBegin(job, done)', 'break']] },
      'nobody can go on',
    ],
    [
      'a trapped worker that leaves its group at the barrier',
      { together: true, traps: 1, serve: [['exports.abandon(record)', '']] },
      'nobody can go on',
    ],
  ])(
    '%s',
    (_title, scenario, fault) => {
      expect(walk({ ...plain, jobs: 2, ...scenario }).fault).toContain(fault)
    },
    60_000,
  )
})
