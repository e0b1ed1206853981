// Changes in place, of results, bases and views, and what they make impossible.

import { noGrad, ones, RuntimeError, type Tensor, tensor, zeros } from '../../src/index.ts'
import { gradOf, leaf, leaf64, nameOf, type Programs, type Words } from './program.ts'

export const inPlace: Programs = {
  'results are changed in place, and their history with them': () => {
    const [x, w] = [leaf(1, 2), leaf(3, 4)]
    const y = x.mul(2)
    const names = [nameOf(y)]
    for (const act of [() => y.add_(w), () => y.mul_(w), () => y.sub_(1), () => y.div_(2)])
      names.push(nameOf(act()))
    y.sum().backward()
    return [names, y.toArray(), gradOf(x), gradOf(w)]
  },

  'what operand was added in place is broadcast back': () => {
    const [x, w] = [ones([2, 3], { requiresGrad: true }), leaf(1, 2, 3)]
    const y = x.clone()
    y.mul_(w).add_(w)
    y.sum().backward()
    return [gradOf(x), gradOf(w)]
  },

  'a buffer takes leaves in, row by row': () => {
    const [x, buffer] = [leaf(1, 2), zeros([3, 2])]
    buffer.at(0).copy_(x)
    const name = nameOf(buffer)
    buffer.at(2).copy_(x.mul(2))
    buffer
      .mul(tensor([[1], [10], [100]]))
      .sum()
      .backward()
    return [name, buffer.requiresGrad, buffer.isLeaf, buffer.toArray(), gradOf(x)]
  },

  'a change of a view is a change of its base, and of other views': () => {
    const x = leaf(1, 2, 3, 4)
    const y = x.mul(1)
    const [left, right, all] = [y.slice(0, 0, 2), y.slice(0, 2), y.view(2, 2)]
    left.mul_(10)
    const names = [y, left, right, all].map(nameOf)
    left.sum().add(right.sum().mul(2)).add(all.mul(all).sum()).backward()
    return [names, all.toArray(), gradOf(x)]
  },

  'a change of a base is a change of its views': () => {
    const x = leaf(1, 2, 3, 4)
    const y = x.mul(1)
    const [first, turned] = [y.at(0), y.view(2, 2).t()]
    const before = [nameOf(first), nameOf(turned)]
    y.mul_(5)
    const weights = tensor([
      [1, 2],
      [3, 4],
    ])
    first.add(turned.mul(weights).sum()).backward()
    return [before, nameOf(first), nameOf(turned), turned.toArray(), gradOf(x)]
  },

  'a view of a view is changed in place': () => {
    const [x, w] = [leaf(1, 2, 3, 4, 5, 6), leaf(7, 8)]
    const y = x.mul(1)
    const inner = y.view(2, 3).at(1).narrow(0, 1, 2)
    inner.copy_(w)
    inner.mul_(w)
    y.mul(y).sum().backward()
    return [nameOf(inner), nameOf(y), y.toArray(), gradOf(x), gradOf(w)]
  },

  'an overwritten tensor has lost what it was': () => {
    const [x, y] = [leaf(1, 2), leaf(3, 4)]
    const [a, b, c] = [x.mul(2).zero_(), x.mul(3).fill_(7), x.mul(4).copy_(y)]
    a.add(b).add(c).sum().backward()
    return [[a, b, c].map(nameOf), gradOf(x), gradOf(y)]
  },

  'what was overwritten adds nothing to what other ways bring': () => {
    const x = leaf(1, 2)
    x.mul(2).fill_(3).mul(x).sum().backward()
    return gradOf(x)
  },

  'a part is overwritten': () => {
    const x = leaf(1, 2, 3)
    const y = x.mul(2)
    y.at(1).zero_()
    y.slice(0, 2).fill_(5)
    y.mul(y).sum().backward()
    return [y.toArray(), gradOf(x)]
  },

  'a change in place of another dtype is converted': () => {
    const [x, w] = [leaf(1, 2), leaf64(3, 4)]
    const [y, z] = [x.mul(2).add_(w), zeros([2]).copy_(w)]
    y.add(z).sum().backward()
    return [`torch.${y.dtype}`, `torch.${z.dtype}`, gradOf(x), gradOf(w), `torch.${w.grad?.dtype}`]
  },

  'a buffer of integers takes numbers, not their history': () => {
    const counts = zeros([2], { dtype: 'int64' }).copy_(leaf(1.5, 2.5))
    return [counts.toArray(), counts.requiresGrad]
  },

  'integers take in no floats, with or without a history': () => {
    const [counts, halves] = [tensor([1n, 2n]), leaf(0.5, 0.5)]
    const changes = [
      () => counts.add_(halves),
      () => counts.mul_(halves.at(0)),
      () => counts.div_(halves),
      () => counts.add_(halves.detach()),
    ]
    return [...changes.map(refused), counts.toArray()]
  },

  'parts of integers, and views of them made in noGrad, take in numbers with a history': () => {
    const counts = zeros([2, 2], { dtype: 'int64' })
    counts.unbind()[0]?.copy_(leaf(1, 2))
    const row = noGrad(() => counts.at(1))
    row.copy_(leaf(3, 4))
    return [counts.toArray(), row.requiresGrad]
  },

  'a leaf is not changed in place': () => leaf(1, 2).mul_(2),
  'a view of a leaf is not changed in place': () => leaf(1, 2).at(0).zero_(),
  'a leaf is not filled in place': () => leaf(1, 2).uniform_(),

  'a leaf is changed in noGrad, and a view of it': () => {
    const x = leaf(1, 2, 3)
    noGrad(() => {
      x.mul_(2)
      x.at(0).fill_(9)
    })
    x.mul(x).sum().backward()
    return [x.toArray(), x.isLeaf, gradOf(x)]
  },

  'parts of unbind are not changed in place': () => leaf(1, 2).mul(2).unbind()[0]?.mul_(2),
  'parts of split are not changed in place': () => leaf(1, 2).mul(2).split(1)[0]?.add_(2),
  'parts of chunk are not changed in place': () => leaf(1, 2).mul(2).chunk(2)[1]?.zero_(),
  'parts of a tensor without gradients do not take in what has gradients': () =>
    zeros([2, 2]).unbind()[0]?.copy_(leaf(1, 2)),

  'rows of iteration are not changed in place': () => {
    for (const row of leaf(1, 2).mul(2)) row.mul_(2)
  },

  'a view made in noGrad is not changed outside': () => {
    const y = leaf(1, 2).mul(2)
    noGrad(() => y.at(0)).mul_(2)
  },

  'a view made in noGrad does not take in what has gradients outside': () => {
    const buffer = zeros([2])
    noGrad(() => buffer.at(0)).copy_(leaf(1).sum())
  },

  'a view made and changed in noGrad is': () => {
    const y = leaf(1, 2).mul(2)
    noGrad(() => y.at(0).mul_(10))
    return [y.toArray(), nameOf(y)]
  },

  'an expanded view is not changed in place': () => leaf(1).mul(2).expand(3).add_(1),

  'an expanded view of no elements is changed in place': () => {
    const changes = [
      (t: Tensor) => t.add_(1),
      (t: Tensor) => t.copy_(zeros([3, 0])),
      (t: Tensor) => t.uniform_(),
    ]
    return changes.map((change) => change(zeros([1, 0]).expand(3, 0)).shape)
  },

  'detach shares the memory, and its change counts': () => {
    const y = leaf(1, 2).mul(2)
    y.detach().add_(1)
    return [y.toArray(), nameOf(y), y.version]
  },

  'a result that exp needs was changed': () => leaf(1, 2).exp().add_(1).sum().backward(),

  'an input that mul needs was changed': () => {
    const w = ones([2])
    const y = leaf(1, 2).mul(w)
    w.add_(1)
    y.sum().backward()
  },

  'a view of what mul needs was changed': () => {
    const w = ones([2])
    const y = leaf(1, 2).mul(w)
    w.at(0).fill_(3)
    y.sum().backward()
  },

  'a leaf that its own square needs was changed in noGrad': () => {
    const x = leaf(1, 2)
    const y = x.mul(x).sum()
    noGrad(() => x.sub_(1))
    y.backward()
  },

  'a detached tensor was changed whose memory tanh needs': () => {
    const y = leaf(1, 2).tanh()
    y.detach().zero_()
    y.sum().backward()
  },

  'a product with itself in place needs what it was': () => {
    const y = leaf(1, 2).mul(2)
    y.mul_(y)
    y.sum().backward()
  },

  'what no gradient needs may change': () => {
    const [x, w] = [leaf(1, 2), ones([2])]
    const y = x.add(w)
    w.add_(1)
    y.add_(1)
    const s = x.mul(3)
    s.add_(1)
    noGrad(() => x.zero_())
    y.add(s).sum().backward()
    return gradOf(x)
  },
}

function refused(change: () => unknown): 'refused' | null {
  try {
    change()
  } catch (error) {
    if (error instanceof RuntimeError) return 'refused'
    throw error
  }
  return null
}

const changed = (who: string): RegExp =>
  new RegExp(`backward: ${who} needs a tensor of shape \\(2\\).*clone\\(\\)`)

export const inPlaceWords: Words = {
  'a leaf is not changed in place': /mul_: this tensor requires gradients; change it inside noGrad/,
  'a view of a leaf is not changed in place':
    /zero_: this is a view of a tensor that requires gradients.*noGrad/,
  'a leaf is not filled in place': /uniform_: this tensor requires gradients.*noGrad/,
  'parts of unbind are not changed in place': /mul_: .*several that UnbindBackward0 made/,
  'parts of split are not changed in place': /add_: .*several that SplitBackward0 made/,
  'parts of chunk are not changed in place': /zero_: .*several that SplitBackward0 made/,
  'parts of a tensor without gradients do not take in what has gradients':
    /copy_: .*several that one operation made/,
  'rows of iteration are not changed in place': /mul_: .*several that UnbindBackward0 made/,
  'a view made in noGrad is not changed outside': /mul_: this view was made in noGrad/,
  'a view made in noGrad does not take in what has gradients outside': /copy_: this view was made in noGrad/,
  'an expanded view is not changed in place': /add_: .*expanded view.*clone\(\)/,
  'a result that exp needs was changed': changed('ExpBackward0'),
  'an input that mul needs was changed': changed('MulBackward0'),
  'a view of what mul needs was changed': changed('MulBackward0'),
  'a leaf that its own square needs was changed in noGrad': changed('MulBackward0'),
  'a detached tensor was changed whose memory tanh needs': changed('TanhBackward0'),
  'a product with itself in place needs what it was': changed('MulBackward0'),
}
