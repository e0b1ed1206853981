// backward() to some inputs only.

import { gradOf, leaf, type Programs, type Words } from './program.ts'

export const inputs: Programs = {
  'inputs: only these get gradients': () => {
    const [x, w] = [leaf(1, 2), leaf(3, 4)]
    const y = x.mul(w)
    y.mul(y)
      .sum()
      .backward(null, { inputs: [w, y] })
    return [x.grad, gradOf(w), gradOf(y)]
  },

  'inputs: add up, and their hooks run': () => {
    const [x, seen] = [leaf(1, 2), [] as unknown[]]
    x.registerPostAccumulateGradHook((t) => void seen.push(gradOf(t)))
    for (let k = 0; k < 2; k++) {
      x.mul(3)
        .sum()
        .backward(null, { inputs: [x] })
    }
    return [gradOf(x), seen]
  },

  'inputs: none is refused': () => leaf(1).sum().backward(null, { inputs: [] }),

  'inputs: a leaf that is named twice has its gradient once': () => {
    const [x, seen] = [leaf(1, 2), [] as unknown[]]
    x.registerHook(() => void seen.push('hook'))
    x.registerPostAccumulateGradHook(() => void seen.push('accumulated'))
    x.mul(3)
      .sum()
      .backward(null, { inputs: [x, x] })
    return [gradOf(x), seen]
  },

  'inputs: a result that retains its gradient has it once': () => {
    const y = leaf(1, 2).mul(2)
    y.retainGrad()
    y.mul(3)
      .sum()
      .backward(null, { inputs: [y, y] })
    return gradOf(y)
  },

  'inputs: a result retains its gradient from then on': () => {
    const x = leaf(1, 2)
    const y = x.mul(2)
    leaf(1)
      .sum()
      .backward(null, { inputs: [y] })
    const before = y.grad
    y.mul(3)
      .sum()
      .backward(null, { inputs: [y, x], retainGraph: true })
    const first = y.grad
    y.mul(4).sum().backward()
    return [before, first?.toArray(), gradOf(y), gradOf(x)]
  },
}

export const inputsWords: Words = {
  'inputs: none is refused': /backward: expected inputs to name at least one tensor/,
}
