// Printing, hooks, and retainGrad.

import { grad, ones, type Tensor, tensor } from '../../src/index.ts'
import { gradOf, leaf, nameOf, type Programs, type Words } from './program.ts'

export const hooks: Programs = {
  'tensors print the operation that made them': () => {
    const x = tensor(2, { requiresGrad: true })
    const m = leaf(1, 2)
    const own = x.detach()
    own.requiresGrad = true
    const results = [
      x,
      x.add(1),
      x.mul(3),
      m.tanh(),
      m.at(0),
      m.view(2, 1),
      m.sum(),
      m.max(),
      m.detach(),
      own.div(2),
    ]
    return results.map(String)
  },

  'leaves and results tell which they are': () => {
    const [x, plain] = [leaf(1, 2), ones([2])]
    const y = x.mul(plain)
    const all = [x, plain, y, y.detach(), plain.mul(2), x.clone(), x.gt(1).to('float32'), x.at(0)]
    return all.map((t) => [t.isLeaf, t.requiresGrad, nameOf(t)])
  },

  'hooks run in their order, before the gradient goes on': () => {
    const [x, seen] = [leaf(1, 2), [] as unknown[]]
    const y = x.mul(3)
    y.registerHook((g) => void seen.push(['first', g.toArray()]))
    y.registerHook((g) => void seen.push(['second', g.toArray()]))
    x.registerHook((g) => void seen.push(['leaf', g.toArray()]))
    y.mul(2).sum().backward()
    return [...seen, gradOf(x)]
  },

  "what a hook returns takes the gradient's place, for later hooks too": () => {
    const [x, seen] = [leaf(1, 2), [] as unknown[]]
    const y = x.mul(3)
    y.registerHook((g) => g.mul(10))
    y.registerHook((g) => void seen.push(g.toArray()))
    y.registerHook((g) => g.add(1))
    x.registerHook((g) => g.div(2))
    y.sum().backward()
    return [seen, gradOf(x)]
  },

  'a hook that is removed runs no more, one that is there twice runs twice': () => {
    const x = leaf(1)
    const double = (g: Tensor): Tensor => g.mul(2)
    const handles = [double, double, double].map((hook) => x.registerHook(hook))
    handles[1]?.remove()
    handles[1]?.remove()
    x.mul(1).sum().backward()
    return gradOf(x)
  },

  "a leaf's hook runs once, with the sum of all ways": () => {
    const [x, seen] = [leaf(1, 2), [] as unknown[]]
    x.registerHook((g) => void seen.push(g.toArray()))
    x.mul(2).add(x.mul(x)).add(x).sum().backward()
    return seen
  },

  "a result's hook sees the sum of all ways": () => {
    const [x, seen] = [leaf(1, 2), [] as unknown[]]
    const y = x.mul(2)
    y.registerHook((g) => void seen.push(g.toArray()))
    y.mul(y).add(y.exp().mul(0)).add(y).sum().backward()
    return [seen, gradOf(x)]
  },

  'a hook of a result that nothing reaches does not run': () => {
    const [x, seen] = [leaf(1, 2), [] as unknown[]]
    x.mul(2).registerHook((g) => void seen.push(g.toArray()))
    x.mul(3).sum().backward()
    return seen
  },

  'a hook that returns another shape is refused': () => {
    const x = leaf(1, 2)
    x.registerHook((g) => g.sum())
    x.sum().backward()
  },

  'a hook that returns another dtype is refused': () => {
    const x = leaf(1, 2)
    x.registerHook((g) => g.to('float64'))
    x.sum().backward()
  },

  'a hook of a tensor without gradients is refused': () => ones([2]).registerHook((g) => g),

  'a hook from before a change in place gets the gradient of what was before': () => {
    const [x, seen] = [leaf(1, 2), [] as unknown[]]
    const y = x.mul(2)
    y.registerHook((g) => void seen.push(['before', g.toArray()]))
    y.mul_(5)
    y.registerHook((g) => void seen.push(['after', g.toArray()]))
    y.sum().backward()
    return [seen, gradOf(x)]
  },

  'post-accumulate hooks run with the sum in grad, in their order, and may take it': () => {
    const [x, seen] = [leaf(1, 2), [] as unknown[]]
    x.registerPostAccumulateGradHook((t) => void seen.push(['first', gradOf(t), t === x]))
    const handle = x.registerPostAccumulateGradHook((t) => {
      seen.push(['second', gradOf(t)])
      t.grad = null
    })
    x.mul(2).sum().backward()
    handle.remove()
    x.mul(3).sum().backward()
    x.mul(4).sum().backward()
    return [seen, gradOf(x)]
  },

  'a post-accumulate hook runs before other leaves have theirs, the last used first': () => {
    const [a, b, seen] = [leaf(1), leaf(2), [] as unknown[]]
    a.registerPostAccumulateGradHook(() => void seen.push(['a', b.grad === null]))
    b.registerPostAccumulateGradHook(() => void seen.push(['b', a.grad === null]))
    a.exp().mul(b).sum().backward()
    return seen
  },

  'a post-accumulate hook of a result is refused': () =>
    leaf(1)
      .mul(2)
      .registerPostAccumulateGradHook(() => {}),

  'grad() runs hooks, but not those that follow accumulation': () => {
    const [x, seen] = [leaf(1, 2), [] as unknown[]]
    x.registerHook((g) => g.mul(10))
    x.registerPostAccumulateGradHook(() => void seen.push('accumulated'))
    const [g] = grad([x.mul(3).sum()], [x])
    return [g?.toArray(), seen, x.grad]
  },

  'retainGrad keeps the gradient of a result, after its hooks': () => {
    const x = leaf(1, 2)
    const [y, z] = [x.mul(2), x.mul(3)]
    y.registerHook((g) => g.mul(10))
    y.retainGrad()
    y.registerHook((g) => g.add(1))
    y.mul(z).sum().backward()
    return [gradOf(y), z.requiresGrad, gradOf(x)]
  },

  'retainGrad of a leaf changes nothing, twice is as once, and gradients add up': () => {
    const x = leaf(1, 2)
    x.retainGrad()
    const y = x.mul(2)
    y.retainGrad()
    y.retainGrad()
    y.add(1).sum().backward()
    const z = y.detach().mul(x)
    z.retainGrad()
    z.add(z).sum().backward()
    return [gradOf(x), gradOf(y), gradOf(z)]
  },

  'retainGrad of a tensor without gradients is refused': () => ones([2]).retainGrad(),

  'retainGrad follows a tensor that is changed in place': () => {
    const x = leaf(1, 2)
    const y = x.mul(2)
    y.retainGrad()
    y.mul_(3)
    y.mul(y).sum().backward()
    return [gradOf(y), gradOf(x)]
  },

  'retainGrad follows a base whose view is changed in place': () => {
    const x = leaf(1, 2)
    const y = x.mul(2)
    y.retainGrad()
    y.at(0).mul_(3)
    y.mul(y).sum().backward()
    return [gradOf(y), gradOf(x)]
  },

  'retainGrad: a second backward makes a new grad': () => {
    const y = leaf(1, 2).mul(2)
    y.retainGrad()
    const z = y.mul(y).sum()
    z.backward(null, { retainGraph: true })
    const first = y.grad
    z.backward()
    return [first?.toArray(), gradOf(y), first === y.grad]
  },
}

export const hooksWords: Words = {
  'a hook that returns another shape is refused':
    /registerHook: expected the hook to return .*\(2\).*got \(\)/,
  'a hook that returns another dtype is refused': /registerHook: expected .*float32.*got \(2\) and float64/,
  'a hook of a tensor without gradients is refused': /registerHook: .*set requiresGrad/,
  'a post-accumulate hook of a result is refused':
    /registerPostAccumulateGradHook: expected a leaf, got a result of MulBackward0/,
  'retainGrad of a tensor without gradients is refused': /retainGrad: .*set requiresGrad/,
}
