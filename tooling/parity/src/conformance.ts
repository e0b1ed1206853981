/** The conformance table: PyTorch's recurrent API, read from the installed PyTorch, compared with our exports. */
import { readdirSync, readFileSync } from 'node:fs'
import * as cells from '@unroll/cells'
import * as sequence from '@unroll/sequence'
import { ones } from '@unroll/tensor'
import { exceptions, proofs } from './conformanceRules.ts'
import { type AnswerRecord, list, type Oracle, record } from './oracle.ts'

export interface Row {
  /** PyTorch's name: `LSTM(num_layers)`, `LSTM.forward`, `pad_sequence(padding_side)`. */
  readonly name: string
  /** Our name; empty if it is left out. */
  readonly ours: string
  readonly status: 'same' | 'differs' | 'left out'
  readonly reason: string
  /** The file and title of the test that proves it; null if there is nothing to prove. */
  readonly proof: { readonly file: string; readonly test: string } | null
}

interface Section {
  readonly title: string
  readonly rows: readonly Row[]
}

export interface Conformance {
  readonly torch: string
  readonly sections: readonly Section[]
  /** What is missing in the table; empty if it is complete. */
  readonly gaps: readonly string[]
}

const root = new URL('../../../', import.meta.url)

/** Reads the API from PyTorch, and finds the counterpart and proof of every row. */
export async function conformance(oracle: Oracle): Promise<Conformance> {
  const { torch, classes, functions } = await oracle.ask('introspect')
  const gaps: string[] = []
  const exported: Record<string, unknown> = { ...sequence, ...cells }
  const row = (name: string, ours: string, isThere: boolean): Row => {
    const exception = exceptions.find(({ rows }) => rows.test(name))
    const status = exception?.status ?? 'same'
    if (!exception && !isThere) gaps.push(`${name}: no ${ours} here, and no reason why`)
    const proof = status === 'left out' ? null : (proofs.find(({ rows }) => rows.test(name)) ?? null)
    if (status !== 'left out' && !proof) gaps.push(`${name}: no test proves it`)
    if (proof && !hasTest(proof.file, proof.test))
      gaps.push(`${name}: ${proof.file} has no test "${proof.test}"`)
    const named = exception ? (exception.ours ?? (exception.status === 'left out' ? '' : ours)) : ours
    return {
      name,
      ours: named,
      status,
      reason: exception?.reason ?? '',
      proof: proof && { file: proof.file, test: proof.test },
    }
  }

  const sections: Section[] = []
  const shared = new Map<string, Row>()
  for (const [name, described] of Object.entries(record(classes))) {
    const facts = record(described)
    const isExported = typeof exported[name] === 'function'
    if (!isExported) gaps.push(`${name}: not exported`)
    const options = list(facts['constructor']).map(String)
    const rows = options.map((option) =>
      row(`${name}(${option})`, camelCase(option), takesOption(name, option)),
    )
    for (const [member, known] of Object.entries(record(facts['members']))) {
      const found = memberRows(name, member, record(known), row)
      if (record(known)['owner'] !== 'Module') rows.push(...found)
      else for (const each of found) shared.set(each.name, each)
    }
    sections.push({ title: name, rows })
  }
  const functionRows = Object.entries(record(functions)).flatMap(([name, options]) => [
    row(name, camelCase(name), typeof exported[camelCase(name)] === 'function'),
    ...list(options)
      .map(String)
      .map((option) => row(`${name}(${option})`, camelCase(option), isWord('sequence', camelCase(option)))),
  ])
  sections.push({ title: 'torch.nn.utils.rnn', rows: functionRows })
  sections.push({ title: 'What every module has', rows: [...shared.values()] })
  return { torch: String(torch), sections, gaps: [...new Set(gaps)] }
}

type MakeRow = (name: string, ours: string, isThere: boolean) => Row

/** The row of a member, and a row for each of its optional arguments. */
function memberRows(owner: string, member: string, facts: AnswerRecord, row: MakeRow): Row[] {
  const inherited = facts['owner'] === 'Module'
  const key = `${inherited ? 'Module' : owner}.${member}`
  const ours = facts['kind'] === 'parameter' ? member : camelCase(member)
  const sample = sampleOf(owner)
  const options = list(facts['options']).map(String)
  return [
    row(key, ours, sample !== null && ours in sample),
    ...options.map((option) =>
      row(`${key}(${option})`, camelCase(option), isWord(packageOf(owner, inherited), camelCase(option))),
    ),
  ]
}

function packageOf(owner: string, inherited: boolean): string {
  if (inherited) return 'nn'
  return owner.includes('Cell') ? 'cells' : 'sequence'
}

/** An instance with the options that some of the members need. */
function sampleOf(name: string): object | null {
  switch (name) {
    case 'RNNBase':
      return new sequence.RNNBase('LSTM', 2, 3)
    case 'RNN':
      return new sequence.RNN(2, 3, { bidirectional: true })
    case 'LSTM':
      return new sequence.LSTM(2, 3, { bidirectional: true, projSize: 1 })
    case 'GRU':
      return new sequence.GRU(2, 3, { bidirectional: true })
    case 'RNNCellBase':
    case 'RNNCell':
      return new cells.RNNCell(2, 3)
    case 'LSTMCell':
      return new cells.LSTMCell(2, 3)
    case 'GRUCell':
      return new cells.GRUCell(2, 3)
    case 'PackedSequence':
      return sequence.packSequence([ones([2])])
    default:
      return null
  }
}

/** A value for each option that constructors must accept. Sizes and mode are positional. */
const optionValues: Readonly<Record<string, unknown>> = {
  numLayers: 2,
  nonlinearity: 'relu',
  bias: false,
  batchFirst: true,
  dropout: 0.5,
  bidirectional: true,
  projSize: 1,
  dtype: 'float64',
}

function takesOption(name: string, option: string): boolean {
  const key = camelCase(option)
  if (!(key in optionValues))
    return ['mode', 'inputSize', 'hiddenSize'].includes(key) || name === 'PackedSequence'
  // Dropout asks for two layers; a single module of either kind says which options it knows.
  const options = { ...(key === 'dropout' && { numLayers: 2 }), [key]: optionValues[key] }
  const made: Readonly<Record<string, (options: object) => unknown>> = {
    RNNBase: (given) => new sequence.RNNBase('LSTM', 2, 3, given),
    RNN: (given) => new sequence.RNN(2, 3, given),
    LSTM: (given) => new sequence.LSTM(2, 3, given),
    GRU: (given) => new sequence.GRU(2, 3, given),
    RNNCellBase: (given) => new cells.GRUCell(2, 3, given),
    RNNCell: (given) => new cells.RNNCell(2, 3, given),
    LSTMCell: (given) => new cells.LSTMCell(2, 3, given),
    GRUCell: (given) => new cells.GRUCell(2, 3, given),
  }
  try {
    made[name]?.(options)
    return name in made
  } catch {
    return false
  }
}

/** batch_first -> batchFirst. A trailing underscore stays. */
function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** Whether a package's source has this word. Options do not exist at run time, so tests prove that they work. */
function isWord(name: string, word: string): boolean {
  return new RegExp(`\\b${word}\\b`).test(sourceOf(name))
}

const sources = new Map<string, string>()

function sourceOf(name: string): string {
  const folder = new URL(`packages/${name}/src/`, root)
  const known = sources.get(name)
  if (known !== undefined) return known
  const text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n')
  sources.set(name, text)
  return text
}

function hasTest(file: string, title: string): boolean {
  const known = sources.get(file) ?? readFileSync(new URL(file, root), 'utf8')
  sources.set(file, known)
  return [`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) => known.includes(quoted))
}
