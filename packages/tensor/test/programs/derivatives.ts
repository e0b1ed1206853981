// A second way back, derivatives of derivatives, and grad().

import { cat, grad, ones, pad, type Tensor, tensor, zeros } from '../../src/index.ts'
import { gradOf, leaf, leaf64, nameOf, type Programs, type Words } from './program.ts'

export const derivatives: Programs = {
  'a second backward is refused where something was kept': () => {
    const y = leaf(1, 2).mul(2).sum()
    y.backward()
    y.backward()
  },

  'a second backward goes where nothing was kept': () => {
    const x = leaf(1, 2)
    const y = x.add(1).sum()
    y.backward()
    y.backward()
    return gradOf(x)
  },

  'retainGraph lets backward run again, and the last frees': () => {
    const x = leaf(1, 2)
    const y = x.mul(x).sum()
    y.backward(null, { retainGraph: true })
    y.backward()
    return gradOf(x)
  },

  'retainGraph once does not last': () => {
    const y = leaf(1, 2).mul(2).sum()
    y.backward(null, { retainGraph: true })
    y.backward()
    y.backward()
  },

  'two losses on one result need retainGraph': () => {
    const h = leaf(1, 2).tanh()
    h.sum().backward()
    h.mul(2).sum().backward()
  },

  'a carried state is refused, detached it goes': () => {
    const [w, results] = [leaf(2), [] as unknown[]]
    let h = ones([1])
    for (let step = 0; step < 3; step++) {
      h = h.mul(w).tanh()
      h.sum().backward()
      results.push(gradOf(w))
      h = h.detach()
    }
    h = w.tanh()
    h.sum().backward()
    try {
      h.mul(w).sum().backward()
    } catch (error) {
      results.push(/detach\(\)/.test(String(error)) ? 'refused' : error)
    }
    return results
  },

  'first, second and third derivative': () => {
    const x = leaf64(0.5, -2)
    const functions: ((t: Tensor) => Tensor)[] = [
      (t) => t.pow(4),
      (t) => t.tanh(),
      (t) => t.sigmoid(),
      (t) => t.mul(t).exp(),
      (t) => t.softmax(0).at(0),
      (t) => ones([], { dtype: 'float64' }).div(t),
      (t) => t.abs().log(),
    ]
    return functions.map((f) => {
      let y = f(x).sum()
      return [1, 2, 3].map(() => {
        const [slope = y] = grad([y], [x], { createGraph: true })
        y = slope.sum()
        return slope.toArray()
      })
    })
  },

  'backward with createGraph gives gradients with a history': () => {
    const x = leaf(2, 3)
    x.pow(3).sum().backward(null, { createGraph: true })
    const first = x.grad ?? x
    x.grad = null
    first.mul(first).sum().backward()
    return [
      first.toArray(),
      first.requiresGrad,
      gradOf(x),
      x.grad === null ? null : Reflect.get(x.grad, 'requiresGrad'),
    ]
  },

  'a gradient penalty': () => {
    const [w, x] = [leaf(0.5, -1), leaf(1, 2)]
    const out = w.mul(x).tanh().sum()
    const [g = x] = grad([out], [x], { createGraph: true })
    out.add(g.pow(2).sum().sqrt().sub(1).pow(2)).backward()
    return [gradOf(w), gradOf(x)]
  },

  'without createGraph gradients have no history': () => {
    const x = leaf(2)
    const [g = x] = grad([x.mul(x).sum()], [x])
    return [g.toArray(), g.requiresGrad]
  },

  'a derivative of a derivative without createGraph is refused': () => {
    const x = leaf(2)
    const [g = x] = grad([x.mul(x).sum()], [x])
    grad([g.sum()], [x])
  },

  'derivatives through changes in place': () => {
    const x = leaf64(1, 2, 3)
    const y = x.mul(x)
    y.slice(0, 1).mul_(x.slice(0, 0, 2))
    y.mul_(x)
    const [g = x] = grad([y.mul(y).sum()], [x], { createGraph: true })
    const [h = x] = grad([g.sum()], [x])
    return [y, g, h].map((t) => t.toArray())
  },

  'a hook takes part in createGraph': () => {
    const x = leaf(3)
    const y = x.mul(x)
    y.registerHook((g) => g.mul(y))
    const [g = x] = grad([y.sum()], [x], { createGraph: true })
    const [h = x] = grad([g.sum()], [x])
    return [g.toArray(), h.toArray()]
  },

  'the second derivative of abs is 0': () => {
    const [x, w] = [leaf(-1, 0, 2), leaf(1, 2, 3)]
    const [g = x] = grad([x.abs().mul(w).sum()], [x], { createGraph: true })
    g.sum().backward()
    return [g.requiresGrad, gradOf(x), gradOf(w)]
  },

  'the second derivative of a padding by its edges is 0': () =>
    (['reflect', 'replicate'] as const).map((mode) => {
      const x = tensor([[1, 2, 3]], { requiresGrad: true })
      const [g = x] = grad([pad(x, [1, 1], { mode }).exp().sum()], [x], { createGraph: true })
      const [h = x] = grad([pad(x, [1, 0], { mode }).sum()], [x], { createGraph: true })
      h.sum().backward()
      return [nameOf(g), nameOf(h), gradOf(x)]
    }),

  'the second derivative of the mean of nothing is 0': () => {
    const [x, w] = [zeros([0], { requiresGrad: true }), tensor(2, { requiresGrad: true })]
    const [g = x] = grad([x.mean().mul(w)], [x], { createGraph: true })
    return grad([g.sum()], [w])[0]?.toArray()
  },

  'gradients that are memory of their own, and those that are expanded': () => {
    const functions: ((t: Tensor) => Tensor)[] = [
      (t) => t.sum(),
      (t) => t.mean(),
      (t) => t.mean(0),
      (t) => t.prod(),
      (t) => t.max(),
      (t) => t.cumsum(0).sum(),
      (t) => t.add(1).sum(),
      (t) => t.mul(2).sum(),
      (t) => t.relu().sum(),
      (t) => t.clone().sum(),
      (t) => t.view(3, 1).sum(),
      (t) => t.expand(2, 3).sum(),
      (t) => cat([t, t]).sum(),
      (t) => t.to('float64').sum(),
      (t) => t.softmax(0).sum(),
    ]
    const x = leaf(1, 2, 3)
    return functions.map((f) => grad([f(x)], [x])[0]?.strides[0])
  },

  'a gradient that was summed up is changed in place by what has a history': () => {
    const [x, w] = [ones([1, 2], { requiresGrad: true }), leaf(3, 4)]
    const [g = x] = grad([x.mul(ones([3, 2])).sum()], [x])
    g.mul_(w)
    g.sum().backward()
    return [g.toArray(), gradOf(w)]
  },

  'a gradient behind a mean is changed in place, also in a hook': () => {
    const x = leaf(1, 2)
    const [g = x] = grad([x.mean()], [x])
    const y = x.mul(2)
    y.registerHook((gradient) => void gradient.mul_(0.5))
    y.mean().backward()
    return [g.mul_(0.5).toArray(), gradOf(x)]
  },

  'prod of a scalar has the gradient 1': () =>
    [tensor(0, { requiresGrad: true }), tensor(5, { requiresGrad: true })].flatMap((x) =>
      [undefined, 0].map((dim) => grad([x.prod(dim)], [x])[0]?.toArray()),
    ),

  'prod of zeros, with an infinite gradient': () => {
    const results = [[0, 0, 3], [0, 2, 3], [0]].flatMap((values) =>
      [undefined, 0].map((dim) => {
        const x = leaf(...values)
        return grad([x.prod(dim).log().sum()], [x])[0]?.toArray()
      }),
    )
    const x = leaf(0, 0, 3)
    const [g = x] = grad([x.prod().log()], [x], { createGraph: true })
    return [...results, g.toArray()]
  },

  'prod of one NaN beside a 0': () => {
    const x = tensor([[Number.NaN], [0]], { requiresGrad: true })
    return grad([x.prod(1).sum()], [x])[0]?.toArray()
  },

  'grad() leaves grad alone, and takes results as inputs': () => {
    const x = leaf(1, 2)
    const y = x.mul(3)
    const gradients = grad([y.mul(y).sum()], [x, y])
    return [...gradients.map((g) => g.toArray()), x.grad]
  },

  'grad() of several outputs adds up, with a gradient for each': () => {
    const x = leaf(1, 2)
    const [g] = grad([x.mul(2), x.mul(x).sum()], [x], { gradOutputs: [tensor([1, 10]), null] })
    return g?.toArray()
  },

  'grad() of an input twice gives it twice': () => {
    const x = leaf(1, 2)
    return grad([x.mul(x).sum()], [x, x]).map((g) => g.toArray())
  },

  'grad() of an output itself is its gradient': () => {
    const y = leaf(1, 2).mul(2)
    return grad([y], [y], { gradOutputs: [tensor([5, 6])] })[0]?.toArray()
  },

  'grad() goes only where it must, and the rest is not freed': () => {
    const [x, w] = [leaf(1, 2), leaf(3, 4)]
    const y = x.mul(x)
    grad([y.mul(w).sum()], [w])
    y.sum().backward()
    return [gradOf(x), w.grad]
  },

  'grad() of an unused input is refused': () => {
    const [x, unused] = [leaf(1), leaf(2)]
    grad([x.mul(2).sum()], [x, unused])
  },

  'grad() of an unused input is null if allowed': () => {
    const [x, unused] = [leaf(1), leaf(2)]
    return grad([x.mul(2).sum()], [x, unused], { allowUnused: true }).map((g) => g?.toArray() ?? null)
  },

  'grad() of an input without gradients is refused': () => grad([leaf(1).sum()], [ones([1])]),
  'grad() of an output without history is refused': () => grad([ones([1]).sum()], [leaf(1)]),

  'grad() of an output of several elements is refused': () => {
    const x = leaf(1, 2)
    grad([x.mul(2)], [x])
  },

  'grad() with a gradient too few is refused': () => {
    const x = leaf(1, 2)
    grad([x.mul(2), x.mul(3)], [x], { gradOutputs: [ones([2])] })
  },

  'grad() with a gradient of another shape is refused': () => {
    const x = leaf(1, 2)
    grad([x.mul(2)], [x], { gradOutputs: [ones([3])] })
  },
}

const twice = (who: string): RegExp =>
  new RegExp(`backward: ${who} .*second backward.*retainGraph: true.*detach\\(\\)`)

export const derivativesWords: Words = {
  'a second backward is refused where something was kept': twice('MulBackward0'),
  'retainGraph once does not last': twice('MulBackward0'),
  'two losses on one result need retainGraph': twice('TanhBackward0'),
  'a derivative of a derivative without createGraph is refused':
    /grad: .*not computed from anything that requires/,
  'grad() of an unused input is refused': /grad: the outputs do not depend on input 1; .*allowUnused/,
  'grad() of an input without gradients is refused':
    /grad: input 0 does not require gradients; set requiresGrad/,
  'grad() of an output without history is refused':
    /grad: .*not computed from anything that requires gradients/,
  'grad() of an output of several elements is refused':
    /grad: expected a tensor of one element.*got shape \(2\); .*sum/,
  'grad() with a gradient too few is refused': /grad: expected a gradient for each of 2 outputs, got 1/,
  'grad() with a gradient of another shape is refused': /grad: expected a gradient of shape \(2\), got \(3\)/,
}
