// backward() and its options, the property grad, grad mode, and shapes of graphs.

import {
  arange,
  cat,
  detectAnomaly,
  enableGrad,
  full,
  isGradEnabled,
  noGrad,
  ones,
  tensor,
  where,
  zeros,
} from '../../src/index.ts'
import { gradOf, leaf, leaf64, nameOf, type Programs, type Words } from './program.ts'

export const backward: Programs = {
  'backward of several elements is refused': () => leaf(1, 2).mul(2).backward(),

  'backward of one element in three dimensions goes': () => {
    const x = full([1, 1, 1], 3, { requiresGrad: true })
    x.mul(x).backward()
    return gradOf(x)
  },

  'backward without a history is refused': () => ones([1]).sum().backward(),
  'backward of what noGrad computed is refused': () => noGrad(() => leaf(1).mul(2).sum()).backward(),
  'backward of integers is refused': () => leaf(1.5, 2).max(0)[1].backward(),
  'backward with a gradient of another shape is refused': () =>
    leaf(1, 2)
      .mul(2)
      .backward(ones([2, 1])),

  'backward with a gradient weighs the elements': () => {
    const x = leaf(1, 2)
    x.mul(x).backward(tensor([10, 100]))
    return gradOf(x)
  },

  'backward of a leaf gives it the gradient': () => {
    const [x, g] = [leaf(1, 2), tensor([3, 4])]
    x.backward(g)
    g.zero_()
    return [gradOf(x), x.grad === g]
  },

  'noGrad around backward changes nothing': () => {
    const x = leaf(1, 2)
    const y = x.mul(x).sum()
    noGrad(() => y.backward())
    return gradOf(x)
  },

  "gradients add up in the same tensor, which is nobody else's": () => {
    const [x, seed] = [leaf(1, 2), ones([2])]
    x.mul(1).backward(seed, { retainGraph: true })
    const first = x.grad
    x.add(x).backward(seed)
    seed.fill_(9)
    return [first === x.grad, gradOf(x), first?.requiresGrad]
  },

  'a gradient has the strides of its leaf': () => {
    const [turned, spread, vector] = [zeros([3, 2]).t(), zeros([2, 4]).slice(1, 0, 4, 2), leaf(1, 2)]
    for (const t of [turned, spread]) t.requiresGrad = true
    turned
      .mul(2)
      .sum()
      .add(spread.mul(ones([2, 2])).sum())
      .backward()
    vector.sum().backward()
    return [turned, spread, vector].map((t) => t.grad?.strides)
  },

  'a gradient that was set is added to': () => {
    const [x, g] = [leaf(1, 2), tensor([5, 6])]
    x.grad = g
    x.mul(2).sum().backward()
    return [x.grad === g, g.toArray()]
  },

  'a gradient of another shape is refused': () => {
    leaf(1, 2).grad = ones([3])
  },

  'a gradient of another dtype is refused': () => {
    leaf(1, 2).grad = ones([2], { dtype: 'float64' })
  },

  'createGraph adds up in a new tensor': () => {
    const x = leaf(1, 2)
    x.mul(x).sum().backward()
    const first = x.grad
    x.mul(x).sum().backward(null, { createGraph: true })
    return [first === x.grad, first?.toArray(), gradOf(x)]
  },

  'what does not require gradients gets none': () => {
    const [x, fixed] = [leaf(1, 2), ones([2])]
    x.mul(fixed).sum().backward()
    return [gradOf(x), fixed.grad]
  },

  'integers do not require gradients': () => {
    ones([2], { dtype: 'int64' }).requiresGrad = true
  },

  'a result goes on requiring gradients': () => {
    leaf(1).mul(2).requiresGrad = false
  },

  'a result may be told that it requires gradients': () => {
    const y = leaf(1).mul(2)
    y.requiresGrad = true
    return [y.requiresGrad, y.isLeaf]
  },

  'a leaf that no longer requires gradients gets none, but was recorded before': () => {
    const [x, w] = [leaf(1), leaf(2)]
    const y = x.mul(w)
    x.requiresGrad = false
    const z = x.mul(w)
    y.add(z).sum().backward()
    return [nameOf(z), gradOf(w)]
  },

  'a leaf that no longer requires gradients at backward gets none, but its hooks run': () => {
    const [x, w, seen] = [leaf(1, 2), leaf(3, 4), [] as unknown[]]
    x.registerHook((g) => void seen.push(g.toArray()))
    x.registerPostAccumulateGradHook((t) => void seen.push(t.grad))
    const y = x.mul(w).sum()
    x.requiresGrad = false
    y.backward()
    return [x.grad, gradOf(w), seen]
  },

  'a leaf that again requires gradients at backward gets them': () => {
    const x = leaf(1, 2)
    const y = x.mul(2).sum()
    x.requiresGrad = false
    x.requiresGrad = true
    y.backward()
    return gradOf(x)
  },

  'a tensor is not its own gradient': () => {
    const x = leaf(1, 2)
    x.grad = x
  },

  'noGrad and enableGrad nest': () => {
    const [x, seen] = [leaf(1), [] as boolean[]]
    const look = (): void => void seen.push(x.mul(2).requiresGrad)
    noGrad(() => {
      seen.push(isGradEnabled())
      look()
      enableGrad(() => {
        seen.push(isGradEnabled())
        look()
        noGrad(look)
        look()
      })
      look()
    })
    look()
    return seen
  },

  'an error in noGrad leaves the mode as it was': () => {
    try {
      noGrad(() => {
        throw new RangeError('stop')
      })
    } catch {}
    return leaf(1).mul(2).requiresGrad
  },

  'a view of a leaf made in noGrad requires gradients, and has no history': () => {
    const x = leaf(1, 2)
    const view = noGrad(() => x.at(0))
    return [view.requiresGrad, view.isLeaf, nameOf(view)]
  },

  'detach stops the way back': () => {
    const x = leaf(1, 2)
    const y = x.mul(2)
    y.detach().mul(x).sum().backward()
    return [gradOf(x), y.detach().requiresGrad]
  },

  'a diamond, and one of diamonds': () => {
    const x = leaf64(1.5)
    let y = x
    for (let k = 0; k < 20; k++) y = y.mul(0.3).add(y.mul(y).mul(0.1))
    y.sum().backward()
    return [y.toArray(), gradOf(x)]
  },

  'a chain of 20,000 operations': () => {
    const x = leaf64(1)
    let y = x
    for (let k = 0; k < 10_000; k++) y = y.mul(1.0001).add(1e-5)
    y.sum().backward()
    return gradOf(x)
  },

  'gradients add up from the last operation to the first': () => {
    const x = leaf(1)
    x.mul(1e8).add(x.mul(1)).add(x.mul(-1e8)).add(x.mul(0.5)).sum().backward()
    const w = leaf(1)
    const z = w.mul(1)
    z.mul(1e8).add(z.mul(3)).add(z.mul(-1e8)).sum().backward()
    return [gradOf(x), gradOf(w)]
  },

  'rows of iteration meet again': () => {
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    )
    const rows = [...x]
    let total = zeros([])
    for (const [k, row] of rows.entries()) total = total.add(row.mul(k + 1).sum())
    total.backward()
    return [rows[0] && nameOf(rows[0]), gradOf(x)]
  },

  'a tensor joined with itself': () => {
    const x = leaf(1, 2)
    cat([x, x.mul(x), x])
      .mul(arange(6))
      .sum()
      .backward()
    return gradOf(x)
  },

  'parts that nobody uses give zeros': () => {
    const x = leaf(1, 2, 3)
    x.unbind()[1]?.mul(2).backward()
    const matrix = tensor(
      [
        [1, 5],
        [7, 2],
      ],
      { requiresGrad: true },
    )
    return [gradOf(x), nameOf(matrix.max(1)[0])]
  },

  'views of expanded and of turned tensors': () => {
    const x = leaf(1, 2, 3)
    const wide = x.expand(4, 3)
    wide.retainGrad()
    wide.at(1).mul(2).sum().backward()
    const y = ones([2, 3], { requiresGrad: true })
    y.t().slice(0, 1).select(1, 0).sum().backward()
    const z = leaf(1, 2, 3)
    z.expand(2, 3).asStrided([2], [1]).sum().backward()
    return [x, wide, y, z].map(gradOf)
  },

  'where() keeps NaN of the side that is not taken': () => {
    const x = leaf(4, 0)
    where(x.gt(0), x.sqrt(), zeros([])).sum().backward()
    return gradOf(x)
  },

  'dtypes: a gradient has that of its leaf': () => {
    const [a, b, c] = [leaf(1, 2), leaf64(3, 4), tensor([2n, 3n])]
    const y = a.mul(b).mul(c)
    y.sum().backward()
    const z = tensor(2, { dtype: 'float64', requiresGrad: true })
    a.detach().mul(z).sum().backward()
    const name = (dtype: string | undefined): string => `torch.${dtype}`
    return [name(y.dtype), name(a.grad?.dtype), gradOf(a), gradOf(b), name(z.grad?.dtype), gradOf(z)]
  },

  'floats of 16 bits add up': () =>
    (['float16', 'bfloat16'] as const).map((dtype) => {
      const x = tensor([1, 2], { dtype, requiresGrad: true })
      const buffer = zeros([2, 2], { dtype })
      buffer.at(0).copy_(x)
      buffer.at(1, 0).copy_(x.at(1))
      for (const scale of [1, 2]) {
        const kept = buffer.to('float32').mul(scale).sum()
        const ways = x.to('float32').add(x.expand(3, 2).to('float32')).sum()
        kept.add(ways).backward(null, { retainGraph: true })
      }
      return gradOf(x)
    }),

  'a gradient that was set to an expanded view is not added to': () => {
    const x = leaf(1, 2)
    x.grad = ones([1]).expand(2)
    x.sum().backward()
  },

  'empty tensors': () => {
    const x = zeros([0, 3], { requiresGrad: true })
    x.mul(2).sum().backward()
    const y = ones([3], { requiresGrad: true })
    cat([x, y.view(1, 3)])
      .sum()
      .backward()
    return [x.grad?.shape, gradOf(y)]
  },

  'detectAnomaly: a gradient that is NaN is refused': () =>
    detectAnomaly(() =>
      leaf(0, 1)
        .sqrt()
        .mul(tensor([0, 1]))
        .sum()
        .backward(),
    ),

  'detectAnomaly: other gradients go': () => {
    const x = leaf(0, 4)
    detectAnomaly(() => x.sqrt().sum().backward())
    return gradOf(x)
  },

  'detectAnomaly: a changed tensor is refused': () =>
    detectAnomaly(() => leaf(1, 2).exp().add_(1).sum().backward()),
}

const noHistory = /backward: .*not computed from anything that requires gradients; set requiresGrad/

export const backwardWords: Words = {
  'backward of several elements is refused':
    /backward: expected a tensor of one element.*got shape \(2\); .*mean/,
  'backward without a history is refused': noHistory,
  'backward of what noGrad computed is refused': noHistory,
  'backward of integers is refused': noHistory,
  'backward with a gradient of another shape is refused':
    /backward: expected a gradient of shape \(2\), got \(2, 1\)/,
  'a gradient of another shape is refused': /grad: expected a gradient of shape \(2\) .*got \(3\)/,
  'a tensor is not its own gradient': /grad: a tensor cannot be its own gradient; use detach/,
  'a gradient of another dtype is refused': /grad: expected .*float32, got .*float64/,
  'a gradient that was set to an expanded view is not added to': /backward: .*expanded view.*clone\(\)/,
  'integers do not require gradients': /requiresGrad: expected a tensor of floats, got int64/,
  'a result goes on requiring gradients': /requiresGrad: a result of MulBackward0 .*detach\(\)/,
  'detectAnomaly: a gradient that is NaN is refused':
    /SqrtBackward0 gave NaN .*input 0.*called:\n[\s\S]*programs\/backward/,
  'detectAnomaly: a changed tensor is refused':
    /ExpBackward0 needs [\s\S]*called:\n[\s\S]*programs\/backward/,
}
