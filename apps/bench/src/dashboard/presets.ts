import type { BenchCase } from '../cases/recurrentCases.ts'

const presets = {
  streaming: /-stream/,
  small: /^(?!train).*-(small|step)$/,
  medium: /^(?!train).*-medium$/,
  large: /^(?!train).*-(large|wide|two|projection)$/,
  batched: /^(?!train).*-(batch|ragged|projection32)/,
  lengths: /-length/,
  training: /^train-(lstm|gru|rnn|cells)-(small|batch32)$/,
} as const

export type Preset = keyof typeof presets

export const presetNames: readonly Preset[] = [
  'streaming',
  'small',
  'medium',
  'large',
  'batched',
  'lengths',
  'training',
]

/** Names of the cases of a preset. */
export function presetOf(cases: readonly BenchCase[], preset: Preset): readonly string[] {
  return cases.map(({ name }) => name).filter((name) => presets[preset].test(name))
}
