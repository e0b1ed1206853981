import fixtures from '@unroll/oracle/fixtures/sequence.json'
import { tolerances } from '@unroll/testing'
import { expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { engineCall } from './fixtureCall.ts'

describeEngines((engine) => {
  it.each(fixtures.cases)('computes what PyTorch does: $name', (fixture) => {
    const { spec, weights, call, want } = engineCall(fixture)
    const packed = engine.pack(spec, weights)
    const got = engine.recurrent(packed, call)
    packed.dispose()
    expect(got.output).toBeAllclose(want.output, tolerances[spec.dtype])
    expect(got.hn).toBeAllclose(want.hn, tolerances[spec.dtype])
    if (want.cn === null) expect(got.cn).toBeNull()
    else expect(got.cn ?? []).toBeAllclose(want.cn, tolerances[spec.dtype])
  })
})
