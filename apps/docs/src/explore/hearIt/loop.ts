import { sampleRate } from './messages.ts'

/** Four bars of chords: of each note its place in the bar, in eighths, and its height in semitones above A2. */
const bars: readonly (readonly (readonly [eighth: number, semitone: number])[])[] = [
  [
    [0, -12],
    [0, -5],
    [0, 0],
    [3, 3],
    [4, 7],
    [6, 12],
  ],
  [
    [0, -16],
    [0, -9],
    [0, -4],
    [3, 0],
    [4, 8],
    [6, 12],
  ],
  [
    [0, -9],
    [0, -2],
    [0, 3],
    [3, 7],
    [4, 10],
    [6, 15],
  ],
  [
    [0, -14],
    [0, -7],
    [0, -2],
    [3, 2],
    [4, 5],
    [6, 10],
  ],
]
const eighth = Math.round(0.24 * sampleRate)
/** Seconds of a note. */
const length = 1.6
const loudest = 0.6

/** A loop of plucked strings `(samples,)`, after Karplus and Strong: noise goes round in a delay and loses its heights. */
export function pluckedLoop(): Float32Array<ArrayBuffer> {
  const sound = new Float32Array(bars.length * 8 * eighth)
  // The same noise every time.
  let seed = 1
  const noise = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 2 ** 31 - 1
  }
  bars.forEach((notes, bar) => {
    for (const [at, semitone] of notes) {
      const period = Math.round(sampleRate / (110 * 2 ** (semitone / 12)))
      const line = Float32Array.from({ length: period }, noise)
      const start = (bar * 8 + at) * eighth
      for (let i = 0; i < length * sampleRate; i++) {
        const here = i % period
        const value = line[here] ?? 0
        line[here] = 0.497 * (value + (line[(here + 1) % period] ?? 0))
        // The last notes sound on into the next round; each ends softly.
        const fade = Math.min(1, (length * sampleRate - i) / 2000)
        const place = (start + i) % sound.length
        sound[place] = (sound[place] ?? 0) + value * fade
      }
    }
  })
  const peak = sound.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return sound.map((value) => (loudest * value) / peak)
}
