import type { DirectionWeights, OutputGradients, RecurrentGradients, RecurrentOutput } from '@unroll/kernels'
import type { EncodedArray } from '@unroll/testing'
import { expect } from 'vitest'
import {
  directionWeights,
  type EncodedWeights,
  type EngineCall,
  floats,
  type ModuleFixture,
  specOf,
} from './fixtureCall.ts'

/** `output`, `hn`, `cn`. */
type EncodedOutput = { readonly [K in keyof RecurrentOutput]: EncodedArray | null }

/** A case of fixtures/gradients.json. Rows and sequences are in the engine's order. */
export interface GradientFixture extends ModuleFixture, EncodedOutput {
  readonly name: string
  readonly batchSizes: readonly number[]
  readonly input: EncodedArray
  readonly hx: readonly EncodedArray[] | null
  readonly dropout: EncodedArray | null
  readonly output: EncodedArray
  readonly hn: EncodedArray
  /** The given gradients of the results. */
  readonly given: EncodedOutput
  /** The gradients that PyTorch's autograd computed from them. */
  readonly gradients: {
    readonly input: EncodedArray
    readonly hx: readonly EncodedArray[]
    readonly weights: EncodedWeights
  }
}

export interface GradientCall extends EngineCall {
  readonly given: OutputGradients
  readonly wantGradients: RecurrentGradients
}

export function gradientCall(fixture: GradientFixture): GradientCall {
  const spec = specOf(fixture)
  const [h0 = null, c0 = null] = (fixture.hx ?? []).map(floats)
  const [dh0, dc0 = null] = fixture.gradients.hx.map(floats)
  if (dh0 === undefined) throw new TypeError(`${fixture.name}: no gradient of h0`)
  return {
    spec,
    weights: directionWeights(spec, fixture.weights),
    call: {
      input: floats(fixture.input),
      batchSizes: Int32Array.from(fixture.batchSizes),
      batchFirst: fixture.options.batchFirst ?? false,
      h0,
      c0,
      dropout: fixture.dropout && floats(fixture.dropout),
    },
    want: {
      output: floats(fixture.output),
      hn: floats(fixture.hn),
      cn: fixture.cn && floats(fixture.cn),
    },
    given: {
      output: fixture.given.output && floats(fixture.given.output),
      hn: fixture.given.hn && floats(fixture.given.hn),
      cn: fixture.given.cn && floats(fixture.given.cn),
    },
    wantGradients: {
      input: floats(fixture.gradients.input),
      h0: dh0,
      c0: dc0,
      weights: directionWeights(spec, fixture.gradients.weights),
    },
  }
}

const kinds = [
  'weightIh',
  'weightHh',
  'biasIh',
  'biasHh',
  'weightHr',
] as const satisfies readonly (keyof DirectionWeights)[]

/** Expects every array of `got` to be close to that of `want`, or both to be null. */
export function expectGradients(
  got: RecurrentGradients,
  want: RecurrentGradients,
  tolerance: { readonly rtol: number; readonly atol: number },
): void {
  for (const kind of ['input', 'h0', 'c0'] as const) {
    expect(got[kind] === null, kind).toBe(want[kind] === null)
    expect(got[kind] ?? [], kind).toBeAllclose(want[kind] ?? [], tolerance)
  }
  expect(got.weights.length).toBe(want.weights.length)
  got.weights.forEach((w, index) => {
    for (const kind of kinds) {
      const wanted = want.weights[index]?.[kind] ?? null
      expect(w[kind] === null, `${kind} of direction ${index}`).toBe(wanted === null)
      expect(w[kind] ?? [], `${kind} of direction ${index}`).toBeAllclose(wanted ?? [], tolerance)
    }
  })
}
