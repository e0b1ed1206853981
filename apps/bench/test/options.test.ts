import { describe, expect, it } from 'vitest'
import { operationCases } from '../src/cases/operationCases.ts'
import { allCases, cases, describeCase, gpuGrid, grid, layers } from '../src/cases/recurrentCases.ts'
import { allTrainingCases } from '../src/cases/trainingCases.ts'
import { makeWorkload, multiplyAdds, rowCount } from '../src/cases/workload.ts'
import { parseOptions } from '../src/options.ts'

describe('parseOptions', () => {
  it('takes everybody and the named cases if nothing is said', () => {
    const options = parseOptions([])
    expect(options.cases).toBe(cases)
    expect(options.contenders).toEqual([
      'reference',
      'wasm',
      'wasm-simd',
      'wasm-f64',
      'onnxruntime-web',
      'onnxruntime-node',
      'tfjs-wasm',
      'pytorch',
    ])
    expect(options.effort.name).toBe('thorough')
    expect(options).toMatchObject({ threads: 1, json: false, out: null, help: false })
  })

  it('takes names with commas or in several options, of the grid too', () => {
    const options = parseOptions(['--case', 'gru-small,lstm-small', '--case', 'grid-gru-2x16x512', '--quick'])
    expect(options.cases.map(({ name }) => name)).toEqual(['lstm-small', 'gru-small', 'grid-gru-2x16x512'])
    expect(options.effort.name).toBe('quick')
    expect(parseOptions(['--engines', 'wasm', '--peers', 'none']).contenders).toEqual(['wasm'])
    expect(parseOptions(['--engines', 'wasm', '--peers', 'pytorch']).contenders).toEqual(['wasm', 'pytorch'])
    expect(parseOptions(['--grid', '--out', 'x.json'])).toMatchObject({ cases: grid, out: 'x.json' })
    const onGpu = parseOptions(['--gpu-grid', '--engines', 'wasm,webgpu', '--peers', 'none', '--brief'])
    expect(onGpu).toMatchObject({ cases: gpuGrid, contenders: ['wasm', 'webgpu'], effort: { name: 'brief' } })
  })

  it('takes operations beside or instead of recurrent layers', () => {
    expect(parseOptions([])).toMatchObject({ operations: [], against: null })
    expect(parseOptions(['--operations', '--against', '../before'])).toMatchObject({
      cases: [],
      operations: operationCases,
      against: '../before',
    })
    const mixed = parseOptions(['--case', 'exp-16,lstm-small'])
    expect(mixed.cases.map(({ name }) => name)).toEqual(['lstm-small'])
    expect(mixed.operations.map(({ name }) => name)).toEqual(['exp-16'])
  })

  it.each([
    [['--case', 'lstm-tiny'], '--case: expected one of the cases below or of the grid, got lstm-tiny'],
    [
      ['--peers', 'keras'],
      '--peers: expected one of onnxruntime-web, onnxruntime-node, tfjs-wasm, brainjs, pytorch, none',
    ],
    [
      ['--browser', 'firefox', '--peers', 'pytorch'],
      '--peers: expected one of onnxruntime-web, tfjs-wasm, tfjs-webgl, tfjs-webgpu, none, got pytorch',
    ],
    [
      ['--engines', 'wasm,cuda'],
      '--engines: expected one of reference, wasm, wasm-one, wasm-simd, wasm-f64, webgpu, webgl2',
    ],
    [['--browser', 'netscape'], '--browser: expected one of chromium, firefox, got netscape'],
    [['--threads', '1.5'], '--threads: expected a whole number from 1 to 64, got 1.5'],
    [['--engines', 'reference'], '--engines: expected wasm among them'],
    [
      ['--operations', '--browser', 'firefox'],
      '--browser: expected no operations beside it; they run in Node only',
    ],
    [['--against', '..'], '--against: expected --operations beside it'],
    [['--memory'], '--memory: expected --browser beside it'],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message)
  })

  it('shows of a saved run what is asked for by name, else everything', () => {
    expect(parseOptions(['--show', 'x.json'])).toMatchObject({
      show: 'x.json',
      asked: { cases: [], contenders: [], isSummary: false },
    })
    const asked = ['--case', 'gru-small', '--engines', 'wasm', '--peers', 'tfjs-webgl']
    expect(parseOptions(['--show', 'x.json', ...asked]).asked).toEqual({
      cases: ['gru-small'],
      contenders: ['wasm', 'tfjs-webgl'],
      isSummary: false,
    })
    expect(parseOptions([]).show).toBeNull()
  })

  it('in a browser asks only those who run in a page', () => {
    expect(parseOptions(['--browser', 'firefox', '--engines', 'wasm'])).toMatchObject({
      browser: 'firefox',
      contenders: ['wasm', 'onnxruntime-web', 'tfjs-wasm'],
    })
    expect(parseOptions([]).browser).toBeNull()
  })

  it('compares several threads with one', () => {
    const { threads, contenders } = parseOptions(['--threads', '2', '--peers', 'none'])
    expect(threads).toBe(2)
    expect(contenders).toEqual(['reference', 'wasm', 'wasm-one', 'wasm-simd', 'wasm-f64'])
  })

  it('times training alone, with those who learn, or single cases of it beside others', () => {
    const { cases, contenders } = parseOptions(['--training'])
    expect(cases).toEqual(allTrainingCases)
    expect(contenders).toEqual(['reference', 'wasm', 'wasm-simd', 'tfjs-wasm', 'brainjs', 'pytorch'])
    const some = parseOptions(['--case', 'train-gru-wide,lstm-small'])
    expect(some.cases.map(({ name }) => name)).toEqual(['lstm-small', 'train-gru-wide'])
    expect(some.contenders).toContain('onnxruntime-web')
    expect(parseOptions(['--training', '--browser', 'firefox']).contenders).toContain('tfjs-wasm')
  })

  it('refuses options it does not have', () => {
    expect(() => parseOptions(['--fast'])).toThrow(TypeError)
  })
})

describe('the cases', () => {
  it('have names of their own', () => {
    const names = [...allCases, ...operationCases, ...allTrainingCases].map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  it('of the grid are all combinations, the heavy ones over fewer timesteps', () => {
    expect(grid).toHaveLength(3 * 3 * 3 * 4)
    const sizes = (name: string): string =>
      describeCase(grid.find((c) => c.name === name) ?? layers('', 'GRU', 0, 0, 0, 0, 0))
    expect(sizes('grid-rnn-1x1x32')).toBe('(50, 1, 32, 32, 1)')
    expect(sizes('grid-lstm-3x128x1024')).toBe('(5, 128, 1024, 1024, 3)')
    const last = gpuGrid.at(-1)
    expect(last && describeCase(last)).toBe('(3, 512, 2048, 2048, 1)')
  })

  it('are described with what is special about them', () => {
    const special = layers('x', 'LSTM', 3, 2, 4, 5, 1, { bidirectional: true, projSize: 2, lengths: [3, 1] })
    expect(describeCase(special)).toBe('(3, 2, 4, 5, 1) bi proj 2 ragged')
  })
})

describe('a workload', () => {
  it.each([
    layers('plain', 'GRU', 3, 2, 4, 5, 2, { bidirectional: true }),
    layers('projection', 'LSTM', 3, 2, 4, 5, 2, { projSize: 3 }),
    layers('ragged', 'LSTM', 3, 2, 4, 5, 1, { lengths: [3, 1] }),
  ])('of $name has as many multiply-adds as its weights say', (benchCase) => {
    const { weights, input, batchSizes } = makeWorkload(benchCase)
    const sum = weights.reduce(
      (total, w) => total + w.weightIh.length + w.weightHh.length + (w.weightHr?.length ?? 0),
      0,
    )
    const rows = batchSizes.reduce((total, running) => total + running, 0)
    expect(rowCount(benchCase)).toBe(rows)
    expect(multiplyAdds(benchCase)).toBe(rows * sum)
    expect(input).toHaveLength(rows * 4)
  })

  it('lets fewer sequences run as the short ones end', () => {
    const { batchSizes } = makeWorkload(layers('ragged', 'RNN_TANH', 4, 3, 1, 1, 1, { lengths: [4, 2, 1] }))
    expect([...batchSizes]).toEqual([3, 2, 1, 1])
  })
})
