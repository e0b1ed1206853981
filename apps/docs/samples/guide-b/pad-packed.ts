import { GRU, manualSeed, packSequence, padPackedSequence, randn, unpackSequence } from '@unroll/torch'

manualSeed(0)
const gru = new GRU(4, 6, { batchFirst: true }) // batchFirst means nothing to a packed sequence
const packed = packSequence([randn(2, 4), randn(5, 4), randn(3, 4)], { enforceSorted: false })
const [output, hn] = gru.forward(packed)
console.log('output.data', output.data.shape, 'hn', hn.shape)

const [padded, lengths] = padPackedSequence(output, { batchFirst: true, totalLength: 8 })
console.log('padded', padded.shape, 'lengths', lengths.toArray())

const list = unpackSequence(output)
console.log(
  'list',
  list.map(({ shape }) => shape),
)
console.log('last output of the first', list[0]?.select(0, -1))
console.log('its state              ', hn.select(0, 0).select(0, 0))
