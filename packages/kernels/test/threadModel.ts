/**
 * A model checker for the thread protocol. It runs the very functions of src/wasm/threadProtocol.ts, turned into generators
 * that pause before every atomic operation, and walks every order in which the main thread and the workers can make
 * their steps.
 *
 * What a thread does next depends only on what it has read since it was at a known place: a worker at its wait, main at
 * the start of a job. So a state is plain data. To make a thread from it, its function runs again, and its first
 * operations return what they returned before.
 */
import {
  type Job,
  type JobResult,
  type MainThread,
  place,
  runJob,
  serveSource,
} from '../src/wasm/threadProtocol.ts'

/** What may happen besides the threads' own steps. */
export interface Scenario {
  readonly jobs: number
  readonly workers: number
  /** Whether the parts of a job meet at a barrier. */
  readonly together: boolean
  /** Whether a waiting thread may lose patience at any time. */
  readonly impatience: boolean
  /** How many workers may end, wherever they are. */
  readonly deaths: number
  /** How many parts may trap. */
  readonly traps: number
  /** Texts to replace in the two functions, to see whether the model finds the fault. */
  readonly serve?: readonly Edit[]
  readonly runJob?: readonly Edit[]
}

type Edit = readonly [from: string, to: string]

export interface Walk {
  readonly states: number
  /** How jobs ended. */
  readonly results: ReadonlySet<JobResult>
  /** The first thing that went wrong. */
  readonly fault: string | null
}

/**
 * Where a thread is: before an operation, or waiting until a word changes, or waiting for the others at the barrier.
 */
interface Pause {
  readonly name: string
  readonly until: { readonly at: number; readonly not: number } | 'met' | null
  /** Whether it may go on before that: it woke without a reason, or lost patience. */
  readonly mayGoOn: boolean
}

type Steps<T> = Generator<Pause, T, boolean>

interface Thread {
  /** The results of its operations since the known place. */
  readonly reads: readonly unknown[]
  readonly pause: Pause
  readonly isDead: boolean
}

interface State {
  readonly control: Int32Array
  /** The main thread and the workers. */
  threads: Thread[]
  job: number
  running: boolean
  /** The number of the call's block. It rises when a block has to be given up. */
  block: number
  /** How often each part of the job was begun and ended. */
  begun: number[]
  ended: number[]
  /** The block that each thread computes in. */
  inside: (number | null)[]
  /** The barrier. */
  come: number
  left: boolean
  deaths: number
  traps: number
}

class Fault extends Error {}

/** Turns the text of a function into a generator that pauses before each atomic operation. */
function pausing(text: string, edits: readonly Edit[] = []): (...args: unknown[]) => unknown {
  let edited = text
  for (const [from, to] of edits) {
    if (!edited.includes(from)) throw new Error(`the protocol has no text ${from}`)
    edited = edited.replace(from, to)
  }
  const source = edited
    .replace(/function /, 'function* ')
    // A line that begins with a parenthesis would continue the line before.
    .replace(/^(\s*)(?=Atomics|exports)/gm, '$1;')
    // Waking a thread changes nothing that a thread reads.
    .replace(/Atomics\.notify\([^()]*\)/g, '')
    .replace(/Atomics\.wait\(([^()]*)\)/g, '(yield* atomics.wait($1))')
    .replace(/Atomics\.(\w+)\(/g, '(yield atomics.before.$1, atomics.$1)(')
    .replace(/((?:main|exports)\.\w+)\(([^()]*)\)/g, '(yield* $1($2))')
    .replace(/new WebAssembly\.Instance\([^)]*\)\)?/, 'instance')
  return new Function('atomics', 'place', 'instance', `return ${source.trim()}`) as (
    ...args: unknown[]
  ) => unknown
}

const before = (name: string): Pause => ({ name, until: null, mayGoOn: false })
const pauses = {
  load: before('load'),
  store: before('store'),
  exchange: before('exchange'),
  add: before('add'),
  compute: before('compute'),
  abandon: before('abandon'),
}

/** Walks every order of steps. */
export function walk(scenario: Scenario): Walk {
  const { jobs, workers, together, impatience } = scenario
  const programs = {
    serve: pausing(serveSource, scenario.serve),
    run: pausing(runJob.toString(), scenario.runJob),
  }
  const results = new Set<JobResult>()

  /** Makes a thread as it is in a state, and runs its next step. */
  function makeStep(state: State, index: number, goesOn: boolean, traps: boolean): void {
    const { control } = state
    const thread = state.threads[index]
    if (thread === undefined) throw new Error(`no thread ${index}`)
    let reads: unknown[] = [...thread.reads]
    let answered = 0
    let last = { at: 0, value: 0 }
    // Not thrown at once: a worker catches what its part throws.
    let fault: string | null = null
    /** An operation: returns its earlier result, or is made now. */
    function read<T>(operation: () => T): T {
      if (answered < reads.length) return reads[answered++] as T
      const value = operation()
      reads.push(value)
      answered++
      return value
    }
    const word =
      (apply: (at: number, value: number) => number) =>
      (_: Int32Array, at: number, value: number): number => {
        const result = read(() => apply(at, value))
        last = { at, value: result }
        return result
      }
    const atomics = {
      before: pauses,
      load: word((at) => control[at] ?? 0),
      store: word((at, value) => (control[at] = value)),
      exchange: word((at, value) => {
        const old = control[at] ?? 0
        control[at] = value
        return old
      }),
      add: word((at, value) => {
        const old = control[at] ?? 0
        control[at] = old + value
        return old
      }),
      // Here a worker knows nothing but `seen`. It may wake although nothing has changed.
      *wait(_: Int32Array, at: number, seen: number): Steps<void> {
        if (answered === reads.length) {
          reads = [seen]
          answered = 1
        }
        yield { name: 'wait', until: { at, not: seen }, mayGoOn: true }
        read(() => 'awake')
      },
    }
    const who = index === 0 ? 'main' : `worker ${index - 1}`
    /** A part begins and ends; where parts meet, all are there in between. */
    function* compute(address: number, elementBytes: number): Steps<boolean> {
      const [block, part] = [Math.floor(address / 100), (address % 100) - 1]
      read(() => {
        state.inside[index] = block
        if (block !== state.block) return
        if (!state.running) fault = `${who} begins part ${part} while no job runs`
        if (elementBytes !== bytesOf(state.job)) fault = `${who} computes in ${elementBytes} bytes`
        if (state.begun[part]) fault = `${who} begins part ${part}, which was begun already`
        state.begun[part] = 1
      })
      // A part may trap on its way to the barrier, and after it.
      if (together) {
        yield pauses.compute
        const comes = read(() => {
          if (traps) state.inside[index] = null
          else if (block === state.block) state.come++
          return !traps
        })
        if (!comes) return false
        const patient = yield { name: 'meet', until: 'met', mayGoOn: impatience }
        const met = read(() => {
          if (!patient && block === state.block) state.left = true
          const all = block === state.block && state.come === workers + 1 && !state.left
          if (!all) state.inside[index] = null
          return all
        })
        if (!met) return false
      }
      yield pauses.compute
      return read(() => {
        state.inside[index] = null
        if (block === state.block && !traps) state.ended[part] = (state.ended[part] ?? 0) + 1
        return !traps
      })
    }
    function* abandon(address: number): Steps<void> {
      yield pauses.abandon
      read(() => {
        if (Math.floor(address / 100) === state.block) state.left = true
      })
    }
    function* waits(): Steps<boolean> {
      const [from, asked] = [answered, last]
      const patient = yield {
        name: `wait for ${asked.at}`,
        until: { at: asked.at, not: asked.value },
        mayGoOn: impatience,
      }
      // When main reads that word again, it is where it was before it read it.
      if (from < reads.length || !patient) return read(() => patient)
      reads.pop()
      answered--
      return true
    }
    const main: Generating<MainThread> = {
      *compute({ elementBytes }, record) {
        const ended = yield* compute(record, elementBytes)
        if (!ended) yield* abandon(record)
        return ended
      },
      abandon,
      waitsForBegin: waits,
      waitsForEnd: waits,
    }
    const exports = {
      *recurrentF32(record: number): Steps<void> {
        if (!(yield* compute(record, 4))) throw new Error('trapped')
      },
      *recurrentF64(record: number): Steps<void> {
        if (!(yield* compute(record, 8))) throw new Error('trapped')
      },
      abandon,
    }

    let steps: Steps<unknown>
    if (index === 0) {
      const run = programs.run(atomics, place) as (c: Int32Array, j: Job, m: unknown) => Steps<JobResult>
      const records = Array.from({ length: workers + 1 }, (_, part) => state.block * 100 + part + 1)
      steps = run(control, { elementBytes: bytesOf(state.job), records, together, milliseconds: 0 }, main)
    } else {
      const serve = programs.serve(atomics, place, { exports }) as (
        d: object,
        r: () => void,
      ) => Steps<unknown>
      steps = serve({ control, place, index: index - 1, module: null, imports: null }, () => {})
    }
    let next = steps.next(true)
    while (!next.done && answered < reads.length) next = steps.next(true)
    next = steps.next(goesOn)
    if (fault !== null) throw new Fault(fault)
    if (next.done) endJob(state, next.value as JobResult)
    else state.threads[index] = { reads, pause: next.value, isDead: false }
  }

  function endJob(state: State, result: JobResult): void {
    const { job, block, begun, ended, inside } = state
    results.add(result)
    state.running = false
    if (result !== 'lost' && inside.includes(block))
      throw new Fault(`job ${job} is ${result}, some compute still`)
    if (result === 'done' && begun.some((_, part) => ended[part] !== 1)) {
      throw new Fault(`job ${job} is done, its parts were computed ${ended} times`)
    }
    const lost = result === 'lost'
    // As in a stream, every job has the same records. After a worker was lost, no worker gets a job any more.
    state.block += lost ? 1 : 0
    beginJob(state, lost ? jobs : job + 1)
  }

  function beginJob(state: State, job: number): void {
    state.job = job
    state.running = job < jobs
    state.begun = new Array<number>(workers + 1).fill(0)
    state.ended = [...state.begun]
    state.come = 0
    state.left = false
    const pause = job < jobs ? pauses.load : before('finished')
    state.threads[0] = { reads: [], pause, isDead: job === jobs }
  }

  function isReady(state: State, { until }: Pause): boolean {
    if (until === null) return true
    if (until === 'met') return state.left || state.come === workers + 1
    return state.control[until.at] !== until.not
  }

  /** Every state that follows after one step of any thread. */
  function* following(state: State): Generator<State> {
    for (const [index, { pause, isDead }] of state.threads.entries()) {
      if (isDead) continue
      const ready = isReady(state, pause)
      if (ready || pause.mayGoOn) yield after(state, (next) => makeStep(next, index, ready, false))
      if (pause.name === 'compute' && state.traps < scenario.traps) {
        yield after(state, (next) => {
          next.traps++
          makeStep(next, index, true, true)
        })
      }
      if (index > 0 && state.deaths < scenario.deaths) {
        yield after(state, (next) => {
          next.deaths++
          next.threads[index] = { reads: [], pause: before('dead'), isDead: true }
        })
      }
    }
  }

  const first: State = {
    control: new Int32Array(place.orders + workers),
    threads: [],
    job: 0,
    running: true,
    block: 0,
    begun: [],
    ended: [],
    inside: new Array<null>(workers + 1).fill(null),
    come: 0,
    left: false,
    deaths: 0,
    traps: 0,
  }
  beginJob(first, 0)
  const waiting = { name: 'wait', until: { at: place.job, not: 0 }, mayGoOn: true }
  for (let i = 0; i < workers; i++) first.threads.push({ reads: [0], pause: waiting, isDead: false })

  const seen = new Set([keyOf(first)])
  const open = [first]
  try {
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      let goesOn = state.job === jobs || impatience
      for (const { pause, isDead } of state.threads) goesOn ||= !isDead && isReady(state, pause)
      if (!goesOn) throw new Fault(`nobody can go on in job ${state.job}`)
      for (const next of following(state)) {
        const key = keyOf(next)
        if (seen.has(key)) continue
        seen.add(key)
        if (seen.size > 3_000_000) throw new Error('the states do not seem to end')
        open.push(next)
      }
    }
  } catch (error) {
    if (error instanceof Fault) return { states: seen.size, results, fault: error.message }
    throw error
  }
  return { states: seen.size, results, fault: null }
}

type Generating<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Steps<R> : never
}

/** The element size of a job. It changes from job to job, so that a late worker would compute with the wrong one. */
function bytesOf(job: number): number {
  return job % 2 === 0 ? 4 : 8
}

function after(state: State, change: (next: State) => void): State {
  const next: State = {
    ...state,
    control: state.control.slice(),
    threads: [...state.threads],
    begun: [...state.begun],
    ended: [...state.ended],
    inside: [...state.inside],
  }
  change(next)
  return next
}

function keyOf(state: State): string {
  const { control, threads, job, running, block, begun, ended, inside, come, left, deaths, traps } = state
  const places = threads.map(({ reads, pause, isDead }) => `${reads.join()} ${pause.name} ${isDead}`)
  return [
    control.join(),
    ...places,
    [job, running, block, come, left, deaths, traps].join(),
    begun.join(),
    ended.join(),
    inside.join(),
  ].join('|')
}
