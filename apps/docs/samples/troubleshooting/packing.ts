import { packPaddedSequence, packSequence, randn } from '@unroll/torch'

const x = randn(5, 2, 3)
const wrong = [
  () => packPaddedSequence(x, [2, 5]),
  () => packPaddedSequence(x, [9, 5]),
  () => packPaddedSequence(x, [5]),
  () => packPaddedSequence(x, [5, 0]),
  () => packSequence([]),
]
for (const call of wrong) {
  try {
    call()
  } catch (error) {
    console.log(error)
  }
}
