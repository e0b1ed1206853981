import { GRU, LSTM, RNN } from '@unroll/sequence'
import { manualSeed, noGrad, ones, randn, type Tensor, tensor, zeros } from '@unroll/tensor'
import { expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { floats } from './fixtures.ts'

function outputOf(layer: LSTM | GRU | RNN, input: Tensor): Tensor {
  if (layer instanceof LSTM) return layer.forward(input)[0]
  return layer instanceof GRU ? layer.forward(input)[0] : layer.forward(input)[0]
}

describeEngines((engine) => {
  it('steps through a sequence as forward does', () => {
    manualSeed(1)
    const layers = [
      new LSTM(3, 5, { numLayers: 2 }),
      new LSTM(3, 5, { projSize: 2 }),
      new GRU(3, 5),
      new RNN(3, 5, { nonlinearity: 'relu' }),
    ]
    for (const layer of layers) {
      layer.to(engine)
      const input = randn([6, 2, 3])
      const output = outputOf(layer, input)
      const stream = layer.stream({ batch: 2 })
      for (let t = 0; t < 6; t++) {
        expect(stream.step(floats(input.at(t)))).toBeAllclose(floats(output.at(t)))
      }
      expect(layer.engine).toBe(engine)
      stream.dispose()
      layer.dispose()
    }
  })

  it('gives its state, and starts anew from one', () => {
    const lstm = new LSTM(3, 5, { numLayers: 2 }).to(engine)
    const x = Float32Array.of(1, 2, 3)
    const stream = lstm.stream()
    stream.step(x)
    const [h, c] = stream.state
    expect([h.shape, c.shape]).toEqual([
      [2, 1, 5],
      [2, 1, 5],
    ])
    const second = stream.step(x).slice()
    stream.reset([h, c])
    expect(stream.step(x)).toEqual(second)
    stream.reset()
    stream.step(x)
    expect(stream.state[0].toArray()).toEqual(h.toArray())
  })

  it('goes on with new weights, from its state, once they are packed', () => {
    const gru = new GRU(2, 3).to(engine)
    const stream = gru.stream()
    const x = Float32Array.of(1, -1)
    stream.step(x)
    const h = stream.state
    noGrad(() => gru.resetParameters())
    gru.flattenParameters()
    const got = stream.step(x).slice()
    const twin = gru.stream()
    twin.reset(h)
    expect(got).toEqual(twin.step(x))
  })

  it('goes on from its state after the module was disposed, grew, or is of another dtype', () => {
    const lstm = new LSTM(2, 3).to(engine)
    const stream = lstm.stream()
    const x = Float32Array.of(1, -1)
    const steps = Array.from({ length: 6 }, () => x)
    const want = floats(outputOf(lstm, tensor(steps.map((step) => [...step])).unsqueeze(1)))
    const expectStep = (t: number, frame: Float32Array | Float64Array): void => {
      expect(stream.step(frame)).toBeAllclose(want.subarray(t * 3, (t + 1) * 3), { rtol: 1e-5, atol: 1e-6 })
    }
    expectStep(0, x)
    lstm.dispose()
    expectStep(1, x)
    // Packs again while the memory grows, so the state moves.
    noGrad(() => lstm.getParameter('weight_ih_l0').mul_(1))
    new LSTM(300, 400).to(engine).flattenParameters()
    lstm.flattenParameters()
    expectStep(2, x)
    lstm.to('float64')
    lstm.flattenParameters()
    expectStep(3, Float64Array.from(x))
    expect(() => stream.step(x)).toThrow('expected float64, got float32')
    expectStep(4, Float64Array.from(x))
    lstm.to('float32').flattenParameters()
    expectStep(5, x)
    expect(stream.state[0].dtype).toBe('float32')
  })

  it('stays as it was where its module cannot be packed anew', () => {
    const gru = new GRU(2, 3).to(engine)
    const stream = gru.stream()
    const x = Float32Array.of(1, -1)
    stream.step(x)
    gru.to('float16').dispose()
    expect(() => stream.step(x)).toThrow('float16')
    expect(() => stream.step(x)).toThrow('float16')
    gru.to('float32')
    expect(stream.step(x)).toHaveLength(3)
  })

  it('gives an array that lasts until the next step, whatever else is computed', () => {
    const gru = new GRU(2, 3).to(engine)
    const output = gru.stream().step(Float32Array.of(1, -1))
    const before = [...output]
    const large = new LSTM(3, 700).to(engine)
    large.forward(tensor(output, { shape: [1, 1, 3] }))
    expect([...output]).toEqual(before)
  })

  it('refuses to go on after dispose', () => {
    const stream = new GRU(2, 3).to(engine).stream()
    stream.dispose()
    stream.dispose()
    expect(() => stream.step(Float32Array.of(1, 2))).toThrow('disposed')
    expect(() => stream.state).toThrow('disposed')
    expect(() => stream.reset()).toThrow('disposed')
    expect(() => stream.resetSequence(0)).toThrow('disposed')
  })

  it('starts single sequences anew, and leaves the others alone', () => {
    manualSeed(4)
    const layers = [
      new LSTM(3, 5, { numLayers: 2 }),
      new LSTM(3, 5, { numLayers: 2, projSize: 2 }),
      new GRU(3, 5, { numLayers: 3 }),
      new RNN(3, 5),
    ]
    for (const layer of layers) {
      layer.to(engine)
      const input = randn([7, 3, 3])
      const width = outputOf(layer, input).size(2)
      const stream = layer.stream({ batch: 3 })
      // Each sequence in its own stream. The middle one begins at timestep 2, and again at 5.
      const alone = [0, 1, 2].map(() => layer.stream())
      for (let t = 0; t < 7; t++) {
        if (t === 2 || t === 5) {
          stream.resetSequence(1)
          alone[1] = layer.stream()
        }
        const got = stream.step(floats(input.at(t)))
        alone.forEach((each, n) => {
          const want = each.step(floats(input.at(t).at(n)))
          expect(got.subarray(n * width, (n + 1) * width)).toBeAllclose(want)
        })
      }
    }
  })

  it('starts a single sequence from a state of its own', () => {
    manualSeed(5)
    const lstm = new LSTM(3, 5, { numLayers: 2, projSize: 2 }).to(engine)
    const [h, c] = [randn([2, 2]), randn([2, 5])]
    const x = randn([3, 3])
    const stream = lstm.stream({ batch: 3 })
    stream.step(floats(x))
    const before = stream.state
    stream.resetSequence(2, [h, c])
    const [hn, cn] = stream.state
    expect(hn.select(1, 2)).toEqual(h)
    expect(cn.select(1, 2)).toEqual(c)
    expect([hn, cn].map((each) => each.slice(1, 0, 2))).toEqual(before.map((each) => each.slice(1, 0, 2)))
    const want = lstm.forward(x.at(2).unsqueeze(0), [h, c])[0]
    expect(stream.step(floats(x)).subarray(4)).toBeAllclose(want)

    const gru = new GRU(2, 3).to(engine).stream({ batch: 2 })
    gru.resetSequence(0, ones([1, 3]))
    expect(gru.state.toArray()).toEqual([
      [
        [1, 1, 1],
        [0, 0, 0],
      ],
    ])
  })

  it('is reset in the dtype its module has come to', () => {
    const gru = new GRU(2, 3).to(engine)
    const stream = gru.stream({ batch: 2 })
    gru.to('float64').flattenParameters()
    const state = ones([1, 2, 3], { dtype: 'float64' })
    stream.reset(state)
    expect(stream.state).toEqual(state)
    stream.resetSequence(1, zeros([1, 3], { dtype: 'float64' }))
    expect(stream.state.select(1, 0).toArray()).toEqual([[1, 1, 1]])
  })

  it('refuses two directions and inputs that do not fit', () => {
    expect(() => new LSTM(2, 3, { bidirectional: true }).to(engine).stream()).toThrow(
      'expected one direction',
    )
    expect(() => new LSTM(2, 3).to(engine).stream({ batch: 0 })).toThrow(RangeError)
    expect(() => new LSTM(2, 3).to(engine).stream().step(new Float32Array(1))).toThrow('got 1')
  })
})
