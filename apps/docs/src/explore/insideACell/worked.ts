import { letters, type Trace } from './cells.ts'

/** A piece of a sum written out: words, or a number in the colour of its letter. */
export interface Piece {
  readonly text: string
  readonly colour?: string
}

const gateOrder = { RNN: 'h', LSTM: 'ifgo', GRU: 'rzn' } as const

/** Class of a letter's colour in site.css. */
export function colourOf(letter: string): string {
  if (letter === 'h' || letter === 'c') return `state-${letter}`
  return letter === 'a' || letter === 'u' ? 'term' : `gate-${letter}`
}

/** The right side of a letter's equation with the numbers of one unit, and what comes out. */
export function worked(trace: Trace, letter: string, step: number, unit: number): Piece[] {
  const { kind, units, steps, fromInput, fromPast } = trace
  const rows = fromInput.length / steps
  const row = step * rows + Math.max(0, gateOrder[kind].indexOf(letter)) * units + unit
  const x: Piece = { text: shown(fromInput[row] ?? 0) }
  const past: Piece = { text: shown(fromPast[row] ?? 0), colour: 'state-h' }
  const now = (of: string): Piece => ({ text: shown(valueAt(trace, of, step, unit)), colour: colourOf(of) })
  const before = (of: string): Piece => ({
    text: shown(valueAt(trace, of, step - 1, unit)),
    colour: colourOf(of),
  })
  const w = (text: string): Piece => ({ text })
  const equals = [w(' = '), now(letter)]

  switch (`${kind} ${letter}`) {
    case 'RNN a':
    case 'RNN u':
      return [now(letter)]
    case 'RNN h':
      return [w('tanh('), now('a'), w(' + '), now('u'), w(')'), ...equals]
    case 'LSTM c':
      return [now('f'), w(' × '), before('c'), w(' + '), now('i'), w(' × '), now('g'), ...equals]
    case 'LSTM h':
      return [now('o'), w(' × tanh('), now('c'), w(')'), ...equals]
    case 'GRU n':
      return [w('tanh('), x, w(' + '), now('r'), w(' × '), past, w(')'), ...equals]
    case 'GRU h':
      return [w('(1 − '), now('z'), w(') × '), now('n'), w(' + '), now('z'), w(' × '), before('h'), ...equals]
    case 'LSTM g':
      return [w('tanh('), x, w(' + '), past, w(')'), ...equals]
    default:
      return [w('σ('), x, w(' + '), past, w(')'), ...equals]
  }
}

/** A letter's number; zero before the first step, as the states are. */
export function valueAt(trace: Trace, letter: string, step: number, unit: number): number {
  return step < 0 ? 0 : (trace.values[letter]?.[step * trace.units + unit] ?? 0)
}

/** What the equation of a letter reads of another one (or of `x`). */
export interface Reading {
  readonly letter: string
  /** It stands for the value of the timestep before. */
  readonly before: boolean
  /** All units, by a matrix; else the same unit only. */
  readonly whole: boolean
}

export function readingsOf(kind: Trace['kind'], letter: string): readonly Reading[] {
  const same = (letters: string): Reading[] =>
    [...letters].map((letter) => ({ letter, before: false, whole: false }))
  const x = { letter: 'x', before: false, whole: true }
  const past = { letter: 'h', before: true, whole: true }
  const own = (letter: string): Reading => ({ letter, before: true, whole: false })
  switch (`${kind} ${letter}`) {
    case 'RNN a':
      return [x]
    case 'RNN u':
      return [past]
    case 'RNN h':
      return same('au')
    case 'LSTM c':
      return [...same('fig'), own('c')]
    case 'LSTM h':
      return same('oc')
    case 'GRU n':
      return [x, past, ...same('r')]
    case 'GRU h':
      return [...same('zn'), own('h')]
    default:
      return [x, past]
  }
}

/** The letter whose turn it is, `phase` of {@link phases} into a timestep: the three cells take equally long. */
export function letterAt(kind: Trace['kind'], phase: number): string {
  const order = letters[kind]
  return order[Math.floor((phase * order.length) / phases)] ?? 'h'
}

/** Where a letter's turn begins. */
export function phaseOf(kind: Trace['kind'], letter: string): number {
  const order: readonly string[] = letters[kind]
  return Math.ceil((Math.max(0, order.indexOf(letter)) * phases) / order.length)
}

/** Turns of a timestep: as many as the LSTM has letters. */
export const phases = 6

/** Two digits, and a minus as long as a plus; in brackets after a sign it would be hard to read. */
export function shown(value: number): string {
  const text = Math.abs(value).toFixed(2)
  return value < 0 && text !== '0.00' ? `−${text}` : text
}
