// Operations of one's own.

import { defineOperation, grad, ones, type Tensor } from '../../src/index.ts'
import { gradOf, leaf, type Programs, type Words } from './program.ts'

const cube = defineOperation('Cube', ({ save }, x: Tensor, scale: number) => {
  const saved = save(x)
  const result = x.pow(3).mul(scale)
  return { result, backward: (g) => [g.mul(saved().pow(2).mul(3)).mul(scale)] }
})

const greedy = defineOperation('Greedy', (_, x: Tensor) => ({ result: x.mul(2), backward: (g) => [g, g] }))

const wrong = defineOperation('Wrong', (_, x: Tensor) => ({ result: x.mul(2), backward: () => [ones([3])] }))

const silent = defineOperation('Silent', (_, x: Tensor) => ({ result: x.mul(2), backward: () => [null] }))

export const ownOperations: Programs = {
  "an operation of one's own, and its derivative twice": () => {
    const x = leaf(1, 2)
    const y = cube(x, 2)
    const [g = x] = grad([y.sum()], [x], { createGraph: true })
    const [h = x] = grad([g.sum()], [x])
    return [y.toArray(), y.requiresGrad, g.toArray(), h.toArray(), cube(ones([2]), 1).requiresGrad]
  },

  "an operation of one's own needs what it saved": () => {
    const z = leaf(1, 2).mul(1)
    const y = cube(z, 1)
    z.add_(1)
    y.sum().backward()
  },

  "an operation of one's own goes back once": () => {
    const y = cube(leaf(1, 2), 1).sum()
    y.backward()
    y.backward()
  },

  "an operation of one's own with two results, of which one is used": () => {
    const seen: unknown[] = []
    const both = defineOperation('Both', ({ wants }, x: Tensor, y: Tensor) => {
      seen.push([wants(0), wants(1)])
      const result: readonly [Tensor, Tensor] = [x.add(y), x.mul(2)]
      return {
        result,
        backward: (first, second) => {
          seen.push([first.toArray(), second.toArray()])
          return [first.add(second.mul(2)), first]
        },
      }
    })
    const x = leaf(1, 2)
    const [a, b] = both(x, ones([2]))
    b.sum().backward()
    return [seen, gradOf(x), a.requiresGrad]
  },

  "an operation of one's own with too many gradients is refused": () => greedy(leaf(1)).sum().backward(),

  "an operation of one's own with a gradient of another shape is refused": () =>
    wrong(leaf(1, 2)).sum().backward(),

  "an operation of one's own that gives nothing back leaves others theirs": () => {
    const x = leaf(1, 2)
    const y = x.mul(5)
    silent(y).sum().add(x.mul(3).sum()).add(y.sum()).backward()
    return gradOf(x)
  },
}

export const ownOperationsWords: Words = {
  "an operation of one's own needs what it saved":
    /Cube needs a tensor of shape \(2\), the result of AddBackward0/,
  "an operation of one's own goes back once": /backward: Cube .*retainGraph/,
  "an operation of one's own with too many gradients is refused":
    /Greedy: expected backward .*each of 1 input.*2/,
  "an operation of one's own with a gradient of another shape is refused":
    /backward: Wrong gave a gradient of shape \(3\) for an input of shape \(2\)/,
}
