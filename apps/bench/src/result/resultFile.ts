import * as v from 'valibot'
import { models, passes } from '../cases/training.ts'

/** The version changes when a field changes its meaning. Fields may be added without a new version. */
const schemaVersion = 1

const amount = v.pipe(v.number(), v.finite(), v.minValue(0))
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
/** Text from people or machines. It is shown, never run. */
const text = v.pipe(v.string(), v.maxLength(2000))

const absence = v.object({ contender: text, reason: text })

/** Times are those of one call. All numbers have four digits. */
const contenderResult = v.object({
  contender: text,
  rounds: count,
  ms: amount,
  p99Ms: amount,
  roofShare: amount,
  /** Not in files from before 2026-11-26, nor of training. */
  rooflineShare: v.optional(amount),
  /** Its time / the wasm engine's in the same round: median and quartiles over the rounds. Null without that engine. */
  ratio: v.nullable(v.object({ median: amount, low: amount, high: amount })),
  /** From the first contender's results. Null if it computes other equations, so that only its time is compared. */
  difference: v.nullable(amount),
  /** Each round's median call; not in files from before 2026-11-27. */
  roundMs: v.optional(v.array(amount)),
  /** The `shownQuantiles` of all calls; not in files from before 2026-11-27. */
  quantiles: v.optional(v.array(amount)),
  /** WebAssembly memory that it holds after a call, alone in a worker; where that was measured. */
  memoryBytes: v.optional(count),
})

const caseResult = v.object({
  name: text,
  T: count,
  N: count,
  /** Timesteps of all sequences together: less than `T * N` where they are of different lengths. */
  rows: count,
  streaming: v.boolean(),
  mode: v.picklist(['LSTM', 'GRU', 'RNN_TANH', 'RNN_RELU']),
  dtype: v.picklist(['float32', 'float64']),
  inputSize: count,
  hiddenSize: count,
  projSize: count,
  numLayers: count,
  bidirectional: v.boolean(),
  /** What a case that learns adds. Such a case has an entry for each pass. */
  training: v.optional(
    v.object({
      model: v.picklist(models),
      /** The case that was run. The passes of one case were timed in the same rounds. */
      of: text,
      pass: v.picklist(passes),
      parameters: count,
    }),
  ),
  /** The multiply-adds of one call. */
  multiplyAdds: amount,
  /** The multiply-add roof measured in the same rounds. */
  roofGflops: amount,
  /** Gigabytes a second that the caches delivered in the same rounds; not in files from before 2026-11-26, nor of training. */
  deliveryGBs: v.optional(amount),
  /** How many times faster than one all threads are at the roof, in the same rounds; only with several threads. */
  threadsAtRoof: v.optional(amount),
  results: v.array(contenderResult),
  absent: v.array(absence),
  /** Contenders that threw, hung, or computed other numbers; not in files from before 2026-11-27. */
  failed: v.optional(v.array(absence)),
})

/** An operation on tensors, or a small model. It has no roofline. Times are those of one call. */
const operationResult = v.object({
  name: text,
  results: v.array(v.object({ contender: text, rounds: count, ms: amount, ratio: amount })),
  failed: v.array(absence),
})

const benchResult = v.object({
  schema: v.literal(schemaVersion),
  environment: v.object({
    date: v.pipe(text, v.isoTimestamp()),
    commit: text,
    node: text,
    v8: text,
    browser: text,
    cpu: text,
    load: text,
    contenders: text,
    threads: text,
    roof: text,
    notInstalled: text,
    isolated: v.optional(text),
    clock: v.optional(text),
  }),
  effort: v.object({
    name: v.picklist(['thorough', 'quick', 'brief']),
    warmUpMs: amount,
    measureMs: amount,
    minRounds: count,
    maxRounds: count,
  }),
  cases: v.array(caseResult),
  /** Only where operations were asked for. */
  operations: v.optional(v.array(operationResult)),
  /** The project's promises, as far as these cases tell. */
  targets: v.array(v.object({ text, met: v.nullable(v.boolean()), found: text })),
})

/** A run of the benchmark: what `--json` prints and the dashboard reads. */
export type BenchResult = v.InferOutput<typeof benchResult>
export type OperationCaseResult = v.InferOutput<typeof operationResult>
export type CaseResult = v.InferOutput<typeof caseResult>
export type ContenderResult = v.InferOutput<typeof contenderResult>

/** The name of the case that was run: of one that learns, the one of all passes. */
export function ranAs({ name, training }: Pick<CaseResult, 'name' | 'training'>): string {
  return training?.of ?? name
}

/** The file is no result of this benchmark, or one of a later version. */
export class ResultFileError extends Error {
  override readonly name = 'ResultFileError'
  /** `text`: no JSON. `later`: of a later version of the benchmark. `fields`: something else, or damaged. */
  readonly kind: 'text' | 'later' | 'fields'

  constructor(kind: ResultFileError['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

/**
 * Reads a result that somebody saved. Unknown fields are dropped.
 * @throws ResultFileError naming the first field that is not as expected
 */
export function parseResult(json: string): BenchResult {
  let data: unknown
  try {
    data = JSON.parse(json)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ResultFileError('text', `parseResult: expected JSON, got something else: ${why}`)
  }
  const version: unknown = typeof data === 'object' && data !== null && 'schema' in data ? data.schema : null
  if (typeof version === 'number' && version > schemaVersion) {
    throw new ResultFileError('later', `parseResult: expected schema ${schemaVersion}, got ${version}`)
  }
  const parsed = v.safeParse(benchResult, data, { abortEarly: true })
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const path = v.getDotPath(issue) ?? 'the file'
  throw new ResultFileError(
    'fields',
    `parseResult: ${path}: expected ${issue.expected ?? 'another value'}, got ${issue.received}`,
  )
}
