import type { BenchCase } from '../cases/recurrentCases.ts'

const presets = {
  streaming: /-stream/,
  small: /-(small|step)$/,
  medium: /-medium$/,
  large: /-(large|wide|two|projection)$/,
  batched: /-(batch|ragged|projection32)/,
  lengths: /-length/,
} as const

export type Preset = keyof typeof presets

export const presetNames: readonly Preset[] = ['streaming', 'small', 'medium', 'large', 'batched', 'lengths']

/** Names of the cases of a preset. */
export function presetOf(cases: readonly BenchCase[], preset: Preset): readonly string[] {
  return cases.map(({ name }) => name).filter((name) => presets[preset].test(name))
}
