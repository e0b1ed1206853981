import * as sequence from '@unroll/sequence'
import { ones, randn, type Tensor, tensor, zeros } from '@unroll/tensor'
import { faultOf } from '@unroll/testing'
import { describe, expect, it } from 'vitest'

const { GRU, LSTM, packPaddedSequence, RNN, SelectOutput } = sequence

const lstm = new LSTM(3, 4)
const gru = new GRU(3, 4)
const x = randn([5, 2, 3])

/** The names that the calls below may use. */
const scope = {
  ...sequence,
  ones,
  zeros,
  tensor,
  lstm,
  gru,
  rnn: new RNN(3, 4),
  bidirectional: new LSTM(3, 4, { bidirectional: true }),
  last: new SelectOutput('last'),
  x,
  lengths: [5, 3],
  h: zeros([1, 2, 4]),
  list: [ones([3, 2]), ones([2, 2])],
  packed: packPaddedSequence(x, [5, 3]),
  state: lstm.stateDict(),
  stream: lstm.stream({ batch: 2 }),
  int64: (...values: number[]): Tensor => tensor(values, { dtype: 'int64' }),
}

/** A call from plain JavaScript, and a part of its error text. */
const calls: readonly [call: string, tells: string][] = [
  // Not options: arguments at PyTorch's positions
  [
    'new LSTM(10, 20, 2)',
    'LSTM: expected options to be a plain object, got number 2; write { numLayers: 2 }',
  ],
  ['new LSTM(4, 8, 2, true)', 'write { numLayers: 2 }'],
  ["new RNN(10, 20, 1, 'relu')", 'write { numLayers: 1 }'],
  ["new RNN(10, 20, 'relu')", 'write { nonlinearity: "relu" }'],
  ['new GRU(4, 8, 1, false, true)', 'write { numLayers: 1 }'],
  ["new RNNBase('LSTM', 4, 8, 2)", 'write { numLayers: 2 }'],
  [
    'padSequence(list, true)',
    'padSequence: expected options to be a plain object, got boolean true; write { batchFirst: true }',
  ],
  ['padPackedSequence(packed, true)', 'write { batchFirst: true }'],
  ['packPaddedSequence(x, lengths, false)', 'write { batchFirst: false }'],
  ['packSequence(list, false)', 'write { enforceSorted: false }'],
  ['unpadSequence(ones([3, 2, 2]), [3, 2], true)', 'write { batchFirst: true }'],
  ['lstm.stream(2)', 'LSTM.stream: expected options to be a plain object, got number 2; write { batch: 2 }'],
  ["LSTM.fromStateDict(state, 'encoder.')", 'write { prefix: "encoder." }'],
  // Not options: other objects
  ['new LSTM(4, 8, new Map([["numLayers", 2]]))', 'got Map; its options are numLayers, bias'],
  ['new LSTM(4, 8, [2])', 'got array of 1'],
  ['new GRU(4, 8, new Set())', 'got Set'],
  ['new GRU(4, 8, x)', 'got Tensor'],
  ['new RNN(4, 8, Promise.resolve({}))', 'got a promise; await it first'],
  ['new RNN(4, 8, () => ({}))', 'got a function'],
  ['new LSTM(4, 8, lstm)', 'got LSTM'],
  ['packPaddedSequence(x, lengths, new Map())', 'got Map'],
  ['gru.stream([2])', 'got array of 1'],
  ['GRU.fromStateDict(state, new Map())', 'got Map'],
  // Unknown option names
  ['new LSTM(4, 8, { batch_first: true })', 'got batch_first; did you mean batchFirst?'],
  ['new LSTM(4, 8, { num_layers: 2 })', 'did you mean numLayers?'],
  ['new LSTM(4, 8, { layers: 2 })', 'got layers'],
  ['new GRU(4, 8, { biass: false })', 'got biass; did you mean bias?'],
  ['new GRU(4, 8, { Bidirectional: true })', 'did you mean bidirectional?'],
  ["new GRU(4, 8, { nonlinearity: 'relu' })", 'GRU: expected options among numLayers'],
  ["new RNNBase('RNN_TANH', 4, 8, { nonlinearity: 'tanh' })", 'got nonlinearity'],
  ["new RNN(4, 8, { activation: 'relu' })", 'dtype, nonlinearity, got activation'],
  ['new GRU(4, 8, { projSize: 2 })', 'GRU: expected no projSize, which only LSTM has, got number 2'],
  ['new LSTM(4, 8, { device: "cuda" })', 'got device'],
  ['padSequence(list, { batch_first: true })', 'did you mean batchFirst?'],
  ['padSequence(list, { padding: 1 })', 'got padding'],
  ['padPackedSequence(packed, { total_length: 9 })', 'did you mean totalLength?'],
  ['packPaddedSequence(x, lengths, { enforce_sorted: false })', 'did you mean enforceSorted?'],
  [
    'packSequence(list, { batchFirst: true })',
    'packSequence: expected options among enforceSorted, got batchFirst',
  ],
  [
    'unpadSequence(ones([3, 2, 2]), [3, 2], { paddingSide: "left" })',
    'unpadSequence: expected options among batchFirst',
  ],
  ['lstm.stream({ batchSize: 2 })', 'LSTM.stream: expected options among batch, got batchSize'],
  ["LSTM.fromStateDict(state, { Prefix: '' })", 'did you mean prefix?'],
  ['LSTM.fromStateDict(state, { numLayers: 1 })', 'got numLayers'],
  // Options of a wrong type
  ['new LSTM(4, 8, { bias: 0 })', 'LSTM: expected bias to be true or false, got number 0'],
  ["new LSTM(4, 8, { batchFirst: 'true' })", 'expected batchFirst to be true or false, got string "true"'],
  ['new LSTM(4, 8, { numLayers: true })', 'expected numLayers to be a whole number, got boolean true'],
  ["new LSTM(4, 8, { numLayers: '2' })", 'got string "2"'],
  ['new LSTM(4, 8, { dropout: true })', 'expected dropout to be a number from 0 to 1'],
  ['new LSTM(4, 8, { numLayers: null })', 'expected numLayers to be a whole number, got null'],
  ["new LSTM(4, 8, { dtype: 'float16' })", 'expected dtype to be float32 or float64, got string "float16"'],
  ['new LSTM(4, 8, { dtype: Float32Array })', 'got function Float32Array'],
  ["padSequence(list, { batchFirst: 'yes' })", 'expected batchFirst to be true or false, got string "yes"'],
  ["padSequence(list, { paddingValue: '0' })", 'expected paddingValue to be a number, got string "0"'],
  ["padSequence(list, { paddingSide: 'up' })", 'expected paddingSide to be left or right, got string "up"'],
  [
    'padPackedSequence(packed, { totalLength: 5.5 })',
    'expected totalLength to be a whole number, got number 5.5',
  ],
  ["padPackedSequence(packed, { totalLength: '9' })", 'got string "9"'],
  ['padPackedSequence(packed, { batchFirst: 1 })', 'got number 1'],
  ['padPackedSequence(packed, { paddingValue: null })', 'expected paddingValue to be a number, got null'],
  ['packPaddedSequence(x, lengths, { enforceSorted: 0 })', 'got number 0'],
  ['packSequence(list, { enforceSorted: null })', 'expected enforceSorted to be true or false, got null'],
  ["unpadSequence(ones([3, 2, 2]), [3, 2], { batchFirst: 'no' })", 'got string "no"'],
  ["lstm.stream({ batch: '1' })", 'expected batch to be a number, got string "1"'],
  ['lstm.stream({ batch: 0 })', 'expected batch to be greater than 0, got 0'],
  ['stream.step(x)', 'or of a float64 layer a Float64Array, got Tensor; pass its data'],
  ['stream.step([1, 2, 3])', 'got array of 3'],
  [
    'stream.step()',
    'stream.step: expected a Float32Array, or of a float64 layer a Float64Array, got undefined',
  ],
  ['stream.step(new Float64Array(6))', 'stream.step: expected float32, got float64'],
  ['stream.step(new Float32Array(3))', 'stream.step: expected 6 elements, got 3'],
  ['stream.reset(h)', 'stream.reset: expected hx to be [h0, c0], got Tensor; an LSTM has two states'],
  ['stream.reset([h, zeros([1, 2, 5])])', 'stream.reset: expected c0 of shape (1, 2, 4), got (1, 2, 5)'],
  ["stream.reset([h, h.to('int64')])", 'stream.reset: expected float32 or float64'],
  ['stream.resetSequence()', 'stream.resetSequence: expected sequence to be a whole number, got undefined'],
  ['stream.resetSequence(2)', 'stream.resetSequence: expected a sequence from 0 to 1, got 2'],
  ['stream.resetSequence(-1)', 'expected a sequence from 0 to 1, got -1'],
  ['stream.resetSequence([0])', 'got array of 1'],
  ['stream.resetSequence(0, [h, h])', 'stream.resetSequence: expected h0 of shape (1, 4), got (1, 2, 4)'],
  ['stream.resetSequence(0, h)', 'stream.resetSequence: expected hx to be [h0, c0], got Tensor'],
  ['bidirectional.stream()', 'expected one direction'],
  ['LSTM.fromStateDict(state, { prefix: null })', 'expected prefix to be a string, got null'],
  // Sizes
  ['new LSTM()', 'LSTM: expected inputSize to be a whole number, got undefined'],
  ['new LSTM({ inputSize: 4, hiddenSize: 8 })', 'expected inputSize to be a whole number, got Object'],
  ['new LSTM(4, { numLayers: 2 })', 'expected hiddenSize to be a whole number, got Object'],
  ["new GRU('4', '8')", 'expected inputSize to be a whole number, got string "4"'],
  ['new RNN([4, 8])', 'got array of 2'],
  ['new RNNBase(4, 8)', 'RNNBase: expected mode RNN_TANH, RNN_RELU, LSTM or GRU, got number 4'],
  ["new SelectOutput('first')", `SelectOutput: expected 'sequence' or 'last', got string "first"`],
  ['new SelectOutput()', 'got undefined'],
  // forward: the input
  ['lstm.forward()', 'LSTM.forward: expected input to be a Tensor, got undefined'],
  ['lstm.forward(null)', 'got null'],
  ['lstm.forward([[1, 2, 3]])', 'got array of 1; make it one with tensor(...)'],
  ['lstm.forward(new Float32Array(3))', 'got Float32Array; make it one with tensor(...)'],
  [
    'lstm.forward(lstm.forward(x))',
    'got array of 2, the first of them a tensor; recurrent layers return [output, hn]: take the first',
  ],
  [
    'gru.forward(gru.forward(packed))',
    'got array of 2, the first of them a PackedSequence; recurrent layers return [output, hn]: take the first',
  ],
  ['lstm.forward(lstm.forwardAsync(x))', 'got a promise; await it first'],
  ['gru.forward("x")', 'got string "x"'],
  ['lstm.forward({ data: x.data, shape: [5, 2, 3] })', 'got Object'],
  ['lstm.forward(ones([3]))', 'expected input to be 3-D, or 2-D unbatched, got 1-D (3)'],
  ["lstm.forward(ones([5, 2, 3], { dtype: 'int64' }))", "input.to('float32')"],
  // forward: the state
  ['lstm.forward(x, h)', 'LSTM.forward: expected hx to be [h0, c0], got Tensor; an LSTM has two states'],
  ['lstm.forward(x, h, h)', 'expected hx to be [h0, c0], got Tensor; an LSTM has two states'],
  ['lstm.forward(x, [h])', 'got array of 1'],
  ['lstm.forward(x, { h0: h, c0: h })', 'got Object'],
  ['lstm.forward(x, lstm.forward(x))', 'got [output, [hn, cn]]; pass its second element'],
  ['lstm.forward(x, [h, null])', 'expected hx, c0, to be a Tensor, got null'],
  ['lstm.forward(x, lstm.forwardAsync(x))', 'got a promise; await it first'],
  ['gru.forward(x, [h, h])', 'of [output, hn] pass hn, of [h, c] pass h'],
  ['gru.forward(x, gru.forward(x))', 'of [output, hn] pass hn'],
  ['rnn.forward(x, 0)', 'expected hx, h0, to be a Tensor, got number 0; make it one with tensor(...)'],
  ["rnn.forward(x, h.to('float64'))", "got float64; convert with .to('float32')"],
  // forward: the options
  ['lstm.forward(x, null, true)', 'write { returnCells: true }'],
  ['lstm.forward(x, null, { returnCell: true })', 'got returnCell; did you mean returnCells?'],
  ['lstm.forward(x, null, { returnCells: 1 })', 'expected returnCells to be true or false, got number 1'],
  ['gru.forward(x, null, { returnCells: true })', 'GRU.forward: expected no returnCells, as only LSTM has'],
  // Packing
  ['packPaddedSequence()', 'packPaddedSequence: expected input to be a Tensor, got undefined'],
  ['packPaddedSequence(list, lengths)', 'got array of 2; packSequence takes a list of tensors'],
  ['packPaddedSequence(x)', 'expected lengths to be an array or an int64 Tensor, got undefined'],
  ['packPaddedSequence(x, 5)', 'got number 5'],
  ['packPaddedSequence(x, ["5", "3"])', 'expected lengths to be whole numbers, got string "5"'],
  ['packPaddedSequence(x, [5n, 3n])', 'got bigint 5'],
  ['packPaddedSequence(x, [5, , 3])', 'got undefined'],
  ['packPaddedSequence(x, new Set([5, 3]))', 'got Set'],
  ['packSequence()', 'packSequence: expected sequences to be an array of tensors, got undefined'],
  ['packSequence(x)', 'got Tensor; [...tensor] is the list of its rows'],
  [
    'packSequence([[1, 2], [3]])',
    'expected sequence 0 to be a Tensor, got array of 2; make it one with tensor(...)',
  ],
  ['packSequence([list[0], undefined])', 'expected sequence 1 to be a Tensor, got undefined'],
  ['packSequence([, list[0]])', 'expected sequence 0 to be a Tensor, got undefined'],
  ['packSequence(...list)', 'expected sequences to be an array of tensors, got Tensor'],
  ['padSequence(null)', 'padSequence: expected sequences to be an array of tensors, got null'],
  ['padSequence([])', 'expected at least one sequence, got an empty list'],
  ['padPackedSequence()', 'padPackedSequence: expected a PackedSequence, got undefined'],
  ['padPackedSequence(x)', 'got Tensor; packPaddedSequence makes one'],
  ['padPackedSequence(lstm.forward(packed))', 'recurrent layers return [output, hn]: take the first'],
  [
    'unpackSequence(list)',
    'unpackSequence: expected a PackedSequence, got array of 2; packSequence makes one of a list of tensors',
  ],
  ['unpadSequence(list, [3, 2])', 'unpadSequence: expected padded to be a Tensor, got array of 2'],
  ['unpadSequence(ones([3, 2, 2]))', 'expected lengths to be an array or an int64 Tensor, got undefined'],
  ['invertPermutation()', 'invertPermutation: expected permutation to be a Tensor, got undefined'],
  ['invertPermutation([1, 0])', 'got array of 2; make it one with tensor(...)'],
  ['invertPermutation(tensor([0.5, 1]))', 'expected permutation to be whole numbers, got number 0.5'],
  ['new PackedSequence()', 'PackedSequence: expected data to be a Tensor, got undefined'],
  ['new PackedSequence([packed.data, packed.batchSizes])', 'expected data to be a Tensor, got array of 2'],
  ['new PackedSequence(packed.data, [2, 2, 2, 1, 1])', 'expected batchSizes to be a Tensor, got array of 5'],
  [
    'new PackedSequence(ones([3]), int64(2, 1), [1, 0])',
    'expected sortedIndices to be a Tensor, got array of 2',
  ],
  [
    'new PackedSequence(ones([3]), tensor([1.5, 1.5]))',
    'expected batchSizes to be whole numbers, got number 1.5',
  ],
  // The rest
  ['lstm.checkInput()', 'LSTM.forward: expected input to be a Tensor, got undefined'],
  ['lstm.checkInput(x, [2, 2])', 'expected batchSizes to be a Tensor, got array of 2'],
  ['lstm.checkForwardArgs(x, h)', 'expected hx to be [h0, c0], got Tensor'],
  ['lstm.checkHiddenSize(undefined, [1, 2, 4])', 'expected hx to be a Tensor, got undefined'],
  [
    'lstm.checkHiddenSize(h)',
    'LSTM.checkHiddenSize: expected a shape to compare with, an array, got undefined',
  ],
  [
    'lstm.getExpectedHiddenSize()',
    'LSTM.getExpectedHiddenSize: expected input to be a Tensor, got undefined',
  ],
  ['gru.permuteHidden(h, [1, 0])', 'GRU.permuteHidden: expected permutation to be a Tensor, got array of 2'],
  ['lstm.permuteHidden(h, int64(1, 0))', 'LSTM.permuteHidden: expected hx to be [h0, c0], got Tensor'],
  ['last.forward(x)', 'SelectOutput.forward: expected [output, hn] of an RNN, LSTM or GRU, got Tensor'],
  ['last.forward()', 'got undefined'],
  ['last.forward(lstm.forwardAsync(x))', 'got a promise; await it first'],
  ['last.forward([x])', 'got array of 1'],
  ['last.forward([x, h])', 'got tensors of shape (5, 2, 3) and (1, 2, 4)'],
  ['last.forward([tensor(1), tensor(2)])', 'got tensors of shape () and ()'],
  ['padSequence(...list)', 'expected sequences to be an array of tensors, got Tensor'],
  ['LSTM.fromStateDict()', 'LSTM.fromStateDict: expected a Map or plain object of tensors, got undefined'],
  [
    'LSTM.fromStateDict({ model: state })',
    'expected a Tensor at "model", got Map; the state dict seems to be that entry',
  ],
  ['LSTM.fromStateDict(Promise.resolve(state))', 'got a promise; await it first'],
  ['LSTM.fromStateDict(lstm)', 'got LSTM'],
  [
    'LSTM.fromStateDict(new Map([["weight_ih_l0", [1, 2]]]))',
    'expected a Tensor at "weight_ih_l0", got array of 2',
  ],
]

function run(call: string): unknown {
  return new Function(...Object.keys(scope), `return ${call}`)(...Object.values(scope))
}

describe('a wrong call of plain JavaScript is refused in our words', () => {
  it.each(calls)('%s', async (call, tells) => {
    expect(await faultOf(() => run(call))).toBeNull()
    expect(() => run(call)).toThrow(tells)
  })

  it('of forwardAsync as a rejection, before anything ran', async () => {
    await expect(run('lstm.forwardAsync(lstm.forward(x))')).rejects.toThrow('take the first')
    await expect(run('gru.forwardAsync(x, [h, h])')).rejects.toThrow('of [h, c] pass h')
    await expect(run('last.forwardAsync(x)')).rejects.toThrow('got Tensor')
  })

  it('null is no options', () => {
    expect(String(run('new LSTM(4, 8, null)'))).toBe('LSTM(4, 8)')
    expect(String(run('new RNN(4, 8, null)'))).toBe('RNN(4, 8)')
    expect(run('padSequence(list, null).shape')).toEqual([3, 2, 2])
    expect(run('lstm.stream(null).batch')).toBe(1)
    expect(String(run('LSTM.fromStateDict(state, null)'))).toBe('LSTM(3, 4)')
  })
})

/** Values of every kind, as they are written in source code. */
const anything = [
  ...['undefined', 'null', '0', '1.5', 'NaN', '-1', '1e12', "'x'", "''", 'true', '10n', 'Symbol()', '/x/'],
  ...[
    '[]',
    '[1]',
    '[[1, 2]]',
    '[,]',
    '{}',
    '{ data: 1 }',
    'new Map()',
    'new Set([1])',
    'new Date(0)',
    '() => 1',
  ],
  ...['new Float32Array(2)', 'Promise.resolve(x)', 'Object.create(null)', 'new Proxy({}, {})', 'tensor(1)'],
  ...['zeros([0])', 'int64(1, 0)', 'x', 'packed', 'list', 'lstm', 'LSTM', '[x, h]', '[packed, [h, h]]'],
]

/** Correct calls, with `@` in place of one argument, which may be anything. */
const holes = [
  ...['new LSTM(@, 4)', 'new LSTM(3, @)', 'new LSTM(3, 4, @)', 'new GRU(3, 4, @)', 'new RNN(3, 4, @)'],
  ...['numLayers', 'bias', 'batchFirst', 'dropout', 'bidirectional', 'projSize', 'dtype'].map(
    (option) => `new LSTM(3, 4, { ${option}: @ })`,
  ),
  ...['new RNN(3, 4, { nonlinearity: @ })', 'new RNNBase(@, 3, 4)', 'new SelectOutput(@)'],
  ...['lstm.forward(@)', 'lstm.forward(x, @)', 'lstm.forward(x, [@, h])', 'lstm.forward(x, [h, @])'],
  ...['lstm.forward(x, null, @)', 'lstm.forward(x, null, { returnCells: @ })', 'gru.forward(x, @)'],
  ...[
    'gru.forward(packed, @)',
    'lstm.forwardAsync(@)',
    'stream.step(@)',
    'stream.reset(@)',
    'stream.reset([@, h])',
    'stream.resetSequence(@)',
    'stream.resetSequence(0, @)',
    'lstm.stream(@)',
    'lstm.stream({ batch: @ })',
  ],
  ...[
    'lstm.checkInput(@)',
    'lstm.checkInput(x, @)',
    'lstm.checkForwardArgs(x, @)',
    'lstm.checkHiddenSize(@, [1])',
  ],
  ...['lstm.checkHiddenSize(h, @)', 'lstm.getExpectedHiddenSize(@)', 'lstm.getExpectedHiddenSize(x, @)'],
  ...['lstm.getExpectedCellSize(@)', 'gru.permuteHidden(@, int64(1, 0))', 'gru.permuteHidden(h, @)'],
  ...['LSTM.fromStateDict(@)', 'LSTM.fromStateDict(state, @)', 'LSTM.fromStateDict(state, { prefix: @ })'],
  ...['LSTM.fromStateDict(state, { batchFirst: @ })', "LSTM.fromStateDict(new Map([['weight_ih_l0', @]]))"],
  ...['last.forward(@)', 'last.forward([@, h])', 'last.forward([x, @])', 'last.forwardAsync(@)'],
  ...['new PackedSequence(@, int64(2))', 'new PackedSequence(x, @)', 'new PackedSequence(x, int64(3, 2), @)'],
  ...['new PackedSequence(x, int64(3, 2), null, @)', 'invertPermutation(@)', 'unpackSequence(@)'],
  ...['packPaddedSequence(@, lengths)', 'packPaddedSequence(x, @)', 'packPaddedSequence(x, [5, @])'],
  ...['packPaddedSequence(x, lengths, @)', 'packPaddedSequence(x, lengths, { enforceSorted: @ })'],
  ...['packSequence(@)', 'packSequence([@])', 'packSequence(list, @)', 'padPackedSequence(@)'],
  ...['padPackedSequence(packed, @)', 'padPackedSequence(packed, { paddingValue: @ })'],
  ...[
    'padSequence(@)',
    'padSequence([x, @])',
    'padSequence(list, @)',
    'padSequence(list, { paddingValue: @ })',
  ],
  ...['padSequence(list, { paddingSide: @ })', 'unpadSequence(@, lengths)', 'unpadSequence(x, @)'],
  ...['unpadSequence(x, lengths, @)', 'unpadSequence(x, [5, @])'],
]

describe('whatever stands in the place of an argument', () => {
  it.each(holes)('%s gives a result or an error of ours', async (hole) => {
    for (const value of anything) {
      const call = hole.replace('@', value)
      const fault = await faultOf(() => run(call))
      if (fault?.startsWith('was accepted')) continue
      expect(fault, call).toBeNull()
    }
  })
})
