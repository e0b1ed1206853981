// A second way back, derivatives of derivatives, and grad().

import { grad, ones, type Tensor, tensor } from '../../src/index.ts'
import { gradOf, leaf, leaf64, type Programs, type Words } from './program.ts'

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
