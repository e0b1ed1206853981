"""Programs of autograd: hooks, changes in place, views, errors, derivatives of derivatives. Each has what it gives, or its error.

Writes autograd_programs.json. packages/tensor/test/autograd.test.ts has the same programs under the same names.
"""
import math

import torch
from common import write_fixture

PROGRAMS = {}


def program(name):
    def keep(run):
        PROGRAMS[name] = run
        return run
    return keep


def leaf(*values, dtype=torch.float32):
    return torch.tensor(values, dtype=dtype, requires_grad=True)


def fn(tensor):
    return None if tensor.grad_fn is None else type(tensor.grad_fn).__name__


def refused(change):
    try:
        change()
    except RuntimeError:
        return "refused"


def grad(outputs, inputs, grad_outputs=None, **options):
    return torch.autograd.grad(outputs, inputs, grad_outputs, **options)


# ---- Printing and names

@program("tensors print the operation that made them")
def _():
    x = torch.tensor(2.0, requires_grad=True)
    m = leaf(1, 2)
    return [str(each) for each in (x, x + 1, x * 3, m.tanh(), m[0], m.view(2, 1), m.sum(), m.max(), m.detach(), x.detach().requires_grad_() / 2)]


@program("leaves and results tell which they are")
def _():
    x, plain = leaf(1, 2), torch.ones(2)
    y = x * plain
    return [[t.is_leaf, t.requires_grad, fn(t)] for t in (x, plain, y, y.detach(), plain * 2, x.clone(), (x > 1).float(), x[0])]


# ---- Hooks

@program("hooks run in their order, before the gradient goes on")
def _():
    x, seen = leaf(1, 2), []
    y = x * 3
    y.register_hook(lambda g: seen.append(["first", g.tolist()]))
    y.register_hook(lambda g: seen.append(["second", g.tolist()]))
    x.register_hook(lambda g: seen.append(["leaf", g.tolist()]))
    (y * 2).sum().backward()
    return [*seen, x.grad.tolist()]


@program("what a hook returns takes the gradient's place, for later hooks too")
def _():
    x, seen = leaf(1, 2), []
    y = x * 3
    y.register_hook(lambda g: g * 10)
    y.register_hook(lambda g: seen.append(g.tolist()))
    y.register_hook(lambda g: g + 1)
    x.register_hook(lambda g: g / 2)
    y.sum().backward()
    return [seen, x.grad.tolist()]


@program("a hook that is removed runs no more, one that is there twice runs twice")
def _():
    x = leaf(1)
    double = lambda g: g * 2
    handles = [x.register_hook(double) for _ in range(3)]
    handles[1].remove()
    handles[1].remove()
    (x * 1).sum().backward()
    return x.grad.tolist()


@program("a leaf's hook runs once, with the sum of all ways")
def _():
    x, seen = leaf(1, 2), []
    x.register_hook(lambda g: seen.append(g.tolist()))
    (x * 2 + x * x + x).sum().backward()
    return seen


@program("a result's hook sees the sum of all ways")
def _():
    x, seen = leaf(1, 2), []
    y = x * 2
    y.register_hook(lambda g: seen.append(g.tolist()))
    (y * y + y.exp() * 0 + y).sum().backward()
    return [seen, x.grad.tolist()]


@program("a hook of a result that nothing reaches does not run")
def _():
    x, seen = leaf(1, 2), []
    y = x * 2
    y.register_hook(lambda g: seen.append(g.tolist()))
    (x * 3).sum().backward()
    return seen


@program("a hook that returns another shape is refused")
def _():
    x = leaf(1, 2)
    x.register_hook(lambda g: g.sum())
    x.sum().backward()


@program("a hook that returns another dtype is refused")
def _():
    x = leaf(1, 2)
    x.register_hook(lambda g: g.double())
    x.sum().backward()


@program("a hook of a tensor without gradients is refused")
def _():
    torch.ones(2).register_hook(lambda g: g)


@program("a hook from before a change in place gets the gradient of what was before")
def _():
    x, seen = leaf(1, 2), []
    y = x * 2
    y.register_hook(lambda g: seen.append(["before", g.tolist()]))
    y.mul_(5)
    y.register_hook(lambda g: seen.append(["after", g.tolist()]))
    y.sum().backward()
    return [seen, x.grad.tolist()]


@program("post-accumulate hooks run with the sum in grad, in their order, and may take it")
def _():
    x, seen = leaf(1, 2), []
    x.register_post_accumulate_grad_hook(lambda t: seen.append(["first", t.grad.tolist(), t is x]))
    def take(t):
        seen.append(["second", t.grad.tolist()])
        t.grad = None
    handle = x.register_post_accumulate_grad_hook(take)
    (x * 2).sum().backward()
    handle.remove()
    (x * 3).sum().backward()
    (x * 4).sum().backward()
    return [seen, x.grad.tolist()]


@program("a post-accumulate hook runs before other leaves have theirs, the last used first")
def _():
    a, b, seen = leaf(1), leaf(2), []
    a.register_post_accumulate_grad_hook(lambda t: seen.append(["a", b.grad is None]))
    b.register_post_accumulate_grad_hook(lambda t: seen.append(["b", a.grad is None]))
    (a.exp() * b).sum().backward()
    return seen


@program("a post-accumulate hook of a result is refused")
def _():
    (leaf(1) * 2).register_post_accumulate_grad_hook(lambda t: None)


@program("grad() runs hooks, but not those that follow accumulation")
def _():
    x, seen = leaf(1, 2), []
    x.register_hook(lambda g: g * 10)
    x.register_post_accumulate_grad_hook(lambda t: seen.append("accumulated"))
    (g,) = grad((x * 3).sum(), x)
    return [g.tolist(), seen, x.grad]


# ---- retainGrad

@program("retainGrad keeps the gradient of a result, after its hooks")
def _():
    x = leaf(1, 2)
    y, z = x * 2, x * 3
    y.register_hook(lambda g: g * 10)
    y.retain_grad()
    y.register_hook(lambda g: g + 1)
    (y * z).sum().backward()
    return [y.grad.tolist(), z.requires_grad, x.grad.tolist()]


@program("retainGrad of a leaf changes nothing, twice is as once, and gradients add up")
def _():
    x = leaf(1, 2)
    x.retain_grad()
    y = x * 2
    y.retain_grad()
    y.retain_grad()
    (y + 1).sum().backward()
    z = y.detach() * x
    z.retain_grad()
    (z + z).sum().backward()
    return [x.grad.tolist(), y.grad.tolist(), z.grad.tolist()]


@program("retainGrad of a tensor without gradients is refused")
def _():
    torch.ones(2).retain_grad()


@program("retainGrad follows a tensor that is changed in place")
def _():
    x = leaf(1, 2)
    y = x * 2
    y.retain_grad()
    y.mul_(3)
    (y * y).sum().backward()
    return [y.grad.tolist(), x.grad.tolist()]


@program("retainGrad follows a base whose view is changed in place")
def _():
    x = leaf(1, 2)
    y = x * 2
    y.retain_grad()
    y[0].mul_(3)
    (y * y).sum().backward()
    return [y.grad.tolist(), x.grad.tolist()]


@program("retainGrad: a second backward makes a new grad")
def _():
    y = leaf(1, 2) * 2
    y.retain_grad()
    z = (y * y).sum()
    z.backward(retain_graph=True)
    first = y.grad
    z.backward()
    return [first.tolist(), y.grad.tolist(), first is y.grad]


# ---- In place

@program("results are changed in place, and their history with them")
def _():
    x, w = leaf(1, 2), leaf(3, 4)
    y = x * 2
    names = [fn(y)]
    for act in (lambda: y.add_(w), lambda: y.mul_(w), lambda: y.sub_(1), lambda: y.div_(2)):
        act()
        names.append(fn(y))
    y.sum().backward()
    return [names, y.tolist(), x.grad.tolist(), w.grad.tolist()]


@program("what operand was added in place is broadcast back")
def _():
    x, w = torch.ones(2, 3, requires_grad=True), leaf(1, 2, 3)
    y = x.clone()
    y.mul_(w).add_(w)
    y.sum().backward()
    return [x.grad.tolist(), w.grad.tolist()]


@program("a buffer takes leaves in, row by row")
def _():
    x, buffer = leaf(1, 2), torch.zeros(3, 2)
    buffer[0].copy_(x)
    name = fn(buffer)
    buffer[2].copy_(x * 2)
    (buffer * torch.tensor([[1.0], [10.0], [100.0]])).sum().backward()
    return [name, buffer.requires_grad, buffer.is_leaf, buffer.tolist(), x.grad.tolist()]


@program("a change of a view is a change of its base, and of other views")
def _():
    x = leaf(1, 2, 3, 4)
    y = x * 1
    left, right, all_ = y[:2], y[2:], y.view(2, 2)
    left.mul_(10)
    names = [fn(y), fn(left), fn(right), fn(all_)]
    (left.sum() + right.sum() * 2 + (all_ * all_).sum()).backward()
    return [names, all_.tolist(), x.grad.tolist()]


@program("a change of a base is a change of its views")
def _():
    x = leaf(1, 2, 3, 4)
    y = x * 1
    first, turned = y[0], y.view(2, 2).t()
    before = [fn(first), fn(turned)]
    y.mul_(5)
    (first + (turned * torch.tensor([[1.0, 2.0], [3.0, 4.0]])).sum()).backward()
    return [before, fn(first), fn(turned), turned.tolist(), x.grad.tolist()]


@program("a view of a view is changed in place")
def _():
    x, w = leaf(1, 2, 3, 4, 5, 6), leaf(7, 8)
    y = x * 1
    inner = y.view(2, 3)[1].narrow(0, 1, 2)
    inner.copy_(w)
    inner.mul_(w)
    (y * y).sum().backward()
    return [fn(inner), fn(y), y.tolist(), x.grad.tolist(), w.grad.tolist()]


@program("an overwritten tensor has lost what it was")
def _():
    x, y = leaf(1, 2), leaf(3, 4)
    a, b, c = x * 2, x * 3, x * 4
    a.zero_()
    b.fill_(7)
    c.copy_(y)
    names = [fn(a), fn(b), fn(c)]
    (a + b + c).sum().backward()
    return [names, x.grad.tolist(), y.grad.tolist()]


@program("what was overwritten adds nothing to what other ways bring")
def _():
    x = leaf(1, 2)
    y = x * 2
    y.fill_(3)
    (y * x).sum().backward()
    return x.grad.tolist()


@program("a part is overwritten")
def _():
    x = leaf(1, 2, 3)
    y = x * 2
    y[1].zero_()
    y[2:].fill_(5)
    (y * y).sum().backward()
    return [y.tolist(), x.grad.tolist()]


@program("a change in place of another dtype is converted")
def _():
    x, w = leaf(1, 2), leaf(3, 4, dtype=torch.float64)
    y, z = x * 2, torch.zeros(2)
    y.add_(w)
    z.copy_(w)
    (y + z).sum().backward()
    return [str(y.dtype), str(z.dtype), x.grad.tolist(), w.grad.tolist(), str(w.grad.dtype)]


@program("a buffer of integers takes numbers, not their history")
def _():
    counts = torch.zeros(2, dtype=torch.int64)
    counts.copy_(leaf(1.5, 2.5))
    return [counts.tolist(), counts.requires_grad]


@program("integers take in no floats, with or without a history")
def _():
    counts = torch.tensor([1, 2])
    halves = leaf(0.5, 0.5)
    changes = (lambda: counts.add_(halves), lambda: counts.mul_(halves[0]), lambda: counts.div_(halves), lambda: counts.add_(halves.detach()))
    return [*map(refused, changes), counts.tolist()]


@program("parts of integers, and views of them made in noGrad, take in numbers with a history")
def _():
    counts = torch.zeros(2, 2, dtype=torch.int64)
    counts.unbind()[0].copy_(leaf(1, 2))
    with torch.no_grad():
        row = counts[1]
    row.copy_(leaf(3, 4))
    return [counts.tolist(), row.requires_grad]


@program("a leaf is not changed in place")
def _():
    leaf(1, 2).mul_(2)


@program("a view of a leaf is not changed in place")
def _():
    leaf(1, 2)[0].zero_()


@program("a leaf is not filled in place")
def _():
    leaf(1, 2).uniform_()


@program("a leaf is changed in noGrad, and a view of it")
def _():
    x = leaf(1, 2, 3)
    with torch.no_grad():
        x.mul_(2)
        x[0].fill_(9)
    (x * x).sum().backward()
    return [x.tolist(), x.is_leaf, x.grad.tolist()]


@program("parts of unbind are not changed in place")
def _():
    (leaf(1, 2) * 2).unbind()[0].mul_(2)


@program("parts of split are not changed in place")
def _():
    (leaf(1, 2) * 2).split(1)[0].add_(2)


@program("parts of chunk are not changed in place")
def _():
    (leaf(1, 2) * 2).chunk(2)[1].zero_()


@program("parts of a tensor without gradients do not take in what has gradients")
def _():
    torch.zeros(2, 2).unbind()[0].copy_(leaf(1, 2))


@program("rows of iteration are not changed in place")
def _():
    for row in leaf(1, 2) * 2:
        row.mul_(2)


@program("a view made in noGrad is not changed outside")
def _():
    y = leaf(1, 2) * 2
    with torch.no_grad():
        view = y[0]
    view.mul_(2)


@program("a view made in noGrad does not take in what has gradients outside")
def _():
    buffer = torch.zeros(2)
    with torch.no_grad():
        view = buffer[0]
    view.copy_(leaf(1).sum())


@program("a view made and changed in noGrad is")
def _():
    y = leaf(1, 2) * 2
    with torch.no_grad():
        y[0].mul_(10)
    return [y.tolist(), fn(y)]


@program("an expanded view is not changed in place")
def _():
    (leaf(1) * 2).expand(3).add_(1)


@program("an expanded view of no elements is changed in place")
def _():
    changes = (lambda t: t.add_(1), lambda t: t.copy_(torch.zeros(3, 0)), lambda t: t.uniform_())
    return [list(change(torch.zeros(1, 0).expand(3, 0)).shape) for change in changes]


@program("detach shares the memory, and its change counts")
def _():
    x = leaf(1, 2)
    y = x * 2
    (y.detach()).add_(1)
    return [y.tolist(), fn(y), y._version]


# ---- Versions

@program("a result that exp needs was changed")
def _():
    y = leaf(1, 2).exp()
    y.add_(1)
    y.sum().backward()


@program("an input that mul needs was changed")
def _():
    x, w = leaf(1, 2), torch.ones(2)
    y = x * w
    w.add_(1)
    y.sum().backward()


@program("a view of what mul needs was changed")
def _():
    x, w = leaf(1, 2), torch.ones(2)
    y = x * w
    w[0].fill_(3)
    y.sum().backward()


@program("a leaf that its own square needs was changed in noGrad")
def _():
    x = leaf(1, 2)
    y = (x * x).sum()
    with torch.no_grad():
        x.sub_(1)
    y.backward()


@program("a detached tensor was changed whose memory tanh needs")
def _():
    y = leaf(1, 2).tanh()
    y.detach().zero_()
    y.sum().backward()


@program("a product with itself in place needs what it was")
def _():
    y = leaf(1, 2) * 2
    y.mul_(y)
    y.sum().backward()


@program("what no gradient needs may change")
def _():
    x, w = leaf(1, 2), torch.ones(2)
    y = x + w
    w.add_(1)
    y.add_(1)
    s = x * 3
    s.add_(1)
    with torch.no_grad():
        x.zero_()
    (y + s).sum().backward()
    return x.grad.tolist()


# ---- Twice

@program("a second backward is refused where something was kept")
def _():
    y = (leaf(1, 2) * 2).sum()
    y.backward()
    y.backward()


@program("a second backward goes where nothing was kept")
def _():
    x = leaf(1, 2)
    y = (x + 1).sum()
    y.backward()
    y.backward()
    return x.grad.tolist()


@program("retainGraph lets backward run again, and the last frees")
def _():
    x = leaf(1, 2)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    return x.grad.tolist()


@program("retainGraph once does not last")
def _():
    y = (leaf(1, 2) * 2).sum()
    y.backward(retain_graph=True)
    y.backward()
    y.backward()


@program("two losses on one result need retainGraph")
def _():
    h = leaf(1, 2).tanh()
    h.sum().backward()
    (h * 2).sum().backward()


@program("a carried state is refused, detached it goes")
def _():
    w, results = leaf(2), []
    h = torch.ones(1)
    for _ in range(3):
        h = (h * w).tanh()
        h.sum().backward()
        results.append(w.grad.tolist())
        h = h.detach()
    h = w.tanh()
    h.sum().backward()
    try:
        (h * w).sum().backward()
    except RuntimeError:
        results.append("refused")
    return results


# ---- Derivatives of derivatives

@program("first, second and third derivative")
def _():
    x = leaf(0.5, -2, dtype=torch.float64)
    results = []
    for f in (lambda t: t ** 4, torch.tanh, torch.sigmoid, lambda t: (t * t).exp(), lambda t: t.softmax(0)[0], lambda t: 1 / t, lambda t: t.abs().log()):
        y = f(x).sum()
        slopes = []
        for _ in range(3):
            (y,) = grad(y, x, create_graph=True)
            slopes.append(y.tolist())
            y = y.sum()
        results.append(slopes)
    return results


@program("backward with createGraph gives gradients with a history")
def _():
    x = leaf(2, 3)
    (x ** 3).sum().backward(create_graph=True)
    first = x.grad
    x.grad = None
    (first * first).sum().backward()
    return [first.tolist(), first.requires_grad, x.grad.tolist(), x.grad.requires_grad]


@program("a gradient penalty")
def _():
    w, x = leaf(0.5, -1), torch.tensor([1.0, 2.0], requires_grad=True)
    out = (w * x).tanh().sum()
    (g,) = grad(out, x, create_graph=True)
    (out + (g.pow(2).sum().sqrt() - 1) ** 2).backward()
    return [w.grad.tolist(), x.grad.tolist()]


@program("without createGraph gradients have no history")
def _():
    x = leaf(2)
    (g,) = grad((x * x).sum(), x)
    return [g.tolist(), g.requires_grad]


@program("a derivative of a derivative without createGraph is refused")
def _():
    x = leaf(2)
    (g,) = grad((x * x).sum(), x)
    grad(g.sum(), x)


@program("derivatives through changes in place")
def _():
    x = leaf(1, 2, 3, dtype=torch.float64)
    y = x * x
    y[1:].mul_(x[:2])
    y.mul_(x)
    (g,) = grad((y * y).sum(), x, create_graph=True)
    (h,) = grad(g.sum(), x)
    return [y.tolist(), g.tolist(), h.tolist()]


@program("a hook takes part in createGraph")
def _():
    x = leaf(3)
    y = x * x
    y.register_hook(lambda g: g * y)
    (g,) = grad(y.sum(), x, create_graph=True)
    (h,) = grad(g.sum(), x)
    return [g.tolist(), h.tolist()]


@program("the second derivative of abs is 0")
def _():
    x, w = leaf(-1, 0, 2), leaf(1, 2, 3)
    g, = grad((x.abs() * w).sum(), [x], create_graph=True)
    g.sum().backward()
    # These zeros have no memory before they are computed with.
    return [g.requires_grad, (x.grad + 0).tolist(), w.grad.tolist()]


@program("the second derivative of a padding by its edges is 0")
def _():
    results = []
    for mode in ("reflect", "replicate"):
        x = torch.tensor([[1.0, 2.0, 3.0]], requires_grad=True)
        g, = grad(torch.nn.functional.pad(x, (1, 1), mode=mode).exp().sum(), [x], create_graph=True)
        y = torch.nn.functional.pad(x, (1, 0), mode=mode)
        h, = grad(y.sum(), [x], create_graph=True)
        h.sum().backward()
        results.append([fn(g), fn(h), (x.grad + 0).tolist()])
    return results


@program("the second derivative of the mean of nothing is 0")
def _():
    x, w = torch.zeros(0, requires_grad=True), torch.tensor(2.0, requires_grad=True)
    g, = grad(x.mean() * w, [x], create_graph=True)
    return grad(g.sum(), [w])[0].tolist()


@program("gradients that are memory of their own, and those that are expanded")
def _():
    functions = (
        lambda t: t.sum(), lambda t: t.mean(), lambda t: t.mean(0), lambda t: t.prod(), lambda t: t.max(), lambda t: t.cumsum(0).sum(),
        lambda t: (t + 1).sum(), lambda t: (t * 2).sum(), lambda t: t.relu().sum(), lambda t: t.clone().sum(), lambda t: t.view(3, 1).sum(),
        lambda t: t.expand(2, 3).sum(), lambda t: torch.cat([t, t]).sum(), lambda t: t.to(torch.float64).sum(), lambda t: t.softmax(0).sum(),
    )
    x = leaf(1, 2, 3)
    return [grad(f(x), [x])[0].stride()[0] for f in functions]


@program("a gradient that was summed up is changed in place by what has a history")
def _():
    x, w = torch.ones(1, 2, requires_grad=True), leaf(3, 4)
    g, = grad((x * torch.ones(3, 2)).sum(), [x])
    g.mul_(w)
    g.sum().backward()
    return [g.tolist(), w.grad.tolist()]


@program("a gradient behind a mean is changed in place, also in a hook")
def _():
    def halve(g):
        g.mul_(0.5)
    x = leaf(1, 2)
    g, = grad(x.mean(), [x])
    y = x * 2
    y.register_hook(halve)
    y.mean().backward()
    return [g.mul_(0.5).tolist(), x.grad.tolist()]


@program("prod of a scalar has the gradient 1")
def _():
    return [grad(x.prod(*dims), [x])[0].tolist() for x in (torch.tensor(0.0, requires_grad=True), torch.tensor(5.0, requires_grad=True)) for dims in ((), (0,))]


@program("prod of zeros, with an infinite gradient")
def _():
    results = []
    for values in ((0, 0, 3), (0, 2, 3), (0,)):
        for dims in ((), (0,)):
            x = leaf(*values)
            results.append(grad(x.prod(*dims).log(), [x])[0].tolist())
    x = leaf(0, 0, 3)
    g, = grad(x.prod().log(), [x], create_graph=True)
    return [*results, g.tolist()]


@program("prod of one NaN beside a 0")
def _():
    x = torch.tensor([[math.nan], [0.0]], requires_grad=True)
    return grad(x.prod(1).sum(), [x])[0].tolist()


# ---- grad()

@program("grad() leaves grad alone, and takes results as inputs")
def _():
    x = leaf(1, 2)
    y = x * 3
    z = (y * y).sum()
    gx, gy = grad(z, [x, y])
    return [gx.tolist(), gy.tolist(), x.grad]


@program("grad() of several outputs adds up, with a gradient for each")
def _():
    x = leaf(1, 2)
    a, b = x * 2, (x * x).sum()
    (g,) = grad([a, b], [x], [torch.tensor([1.0, 10.0]), None])
    return g.tolist()


@program("grad() of an input twice gives it twice")
def _():
    x = leaf(1, 2)
    a, b = grad((x * x).sum(), [x, x])
    return [a.tolist(), b.tolist()]


@program("grad() of an output itself is its gradient")
def _():
    x = leaf(1, 2)
    y = x * 2
    (g,) = grad(y, y, torch.tensor([5.0, 6.0]))
    return g.tolist()


@program("grad() goes only where it must, and the rest is not freed")
def _():
    x, w = leaf(1, 2), leaf(3, 4)
    y = x * x
    z = (y * w).sum()
    grad(z, w)
    y.sum().backward()
    return [x.grad.tolist(), w.grad]


@program("grad() of an unused input is refused")
def _():
    x, unused = leaf(1), leaf(2)
    grad((x * 2).sum(), [x, unused])


@program("grad() of an unused input is null if allowed")
def _():
    x, unused = leaf(1), leaf(2)
    a, b = grad((x * 2).sum(), [x, unused], allow_unused=True)
    return [a.tolist(), b]


@program("grad() of an input without gradients is refused")
def _():
    grad(leaf(1).sum(), torch.ones(1))


@program("grad() of an output without history is refused")
def _():
    grad(torch.ones(1).sum(), leaf(1))


@program("grad() of an output of several elements is refused")
def _():
    x = leaf(1, 2)
    grad(x * 2, x)


@program("grad() with a gradient too few is refused")
def _():
    x = leaf(1, 2)
    grad([x * 2, x * 3], [x], [torch.ones(2)])


@program("grad() with a gradient of another shape is refused")
def _():
    x = leaf(1, 2)
    grad(x * 2, x, torch.ones(3))


# ---- backward and its options

@program("inputs: only these get gradients")
def _():
    x, w = leaf(1, 2), leaf(3, 4)
    y = x * w
    (y * y).sum().backward(inputs=[w, y])
    return [x.grad, w.grad.tolist(), y.grad.tolist()]


@program("inputs: add up, and their hooks run")
def _():
    x, seen = leaf(1, 2), []
    x.register_post_accumulate_grad_hook(lambda t: seen.append(t.grad.tolist()))
    for _ in range(2):
        (x * 3).sum().backward(inputs=[x])
    return [x.grad.tolist(), seen]


@program("inputs: a leaf that is named twice has its gradient once")
def _():
    x, seen = leaf(1, 2), []
    x.register_hook(lambda g: seen.append("hook"))
    x.register_post_accumulate_grad_hook(lambda t: seen.append("accumulated"))
    (x * 3).sum().backward(inputs=[x, x])
    return [x.grad.tolist(), seen]


@program("inputs: a result that retains its gradient has it once")
def _():
    y = leaf(1, 2) * 2
    y.retain_grad()
    (y * 3).sum().backward(inputs=[y, y])
    return y.grad.tolist()


@program("inputs: a result retains its gradient from then on")
def _():
    x = leaf(1, 2)
    y = x * 2
    leaf(1).sum().backward(inputs=[y])
    before = y.grad
    (y * 3).sum().backward(inputs=[y, x], retain_graph=True)
    first = y.grad
    (y * 4).sum().backward()
    return [before, first.tolist(), y.grad.tolist(), x.grad.tolist()]


@program("inputs: none is refused")
def _():
    leaf(1).sum().backward(inputs=[])


@program("backward of several elements is refused")
def _():
    (leaf(1, 2) * 2).backward()


@program("backward of one element in three dimensions goes")
def _():
    x = torch.full((1, 1, 1), 3.0, requires_grad=True)
    (x * x).backward()
    return x.grad.tolist()


@program("backward without a history is refused")
def _():
    torch.ones(1).sum().backward()


@program("backward of what noGrad computed is refused")
def _():
    x = leaf(1)
    with torch.no_grad():
        y = (x * 2).sum()
    y.backward()


@program("backward of integers is refused")
def _():
    x = leaf(1.5, 2)
    x.max(0)[1].backward()


@program("backward with a gradient of another shape is refused")
def _():
    (leaf(1, 2) * 2).backward(torch.ones(2, 1))


@program("backward with a gradient weighs the elements")
def _():
    x = leaf(1, 2)
    (x * x).backward(torch.tensor([10.0, 100.0]))
    return x.grad.tolist()


@program("backward of a leaf gives it the gradient")
def _():
    x, g = leaf(1, 2), torch.tensor([3.0, 4.0])
    x.backward(g)
    g.zero_()
    return [x.grad.tolist(), x.grad is g]


@program("noGrad around backward changes nothing")
def _():
    x = leaf(1, 2)
    y = (x * x).sum()
    with torch.no_grad():
        y.backward()
    return x.grad.tolist()


# ---- grad, as a property

@program("gradients add up in the same tensor, which is nobody else's")
def _():
    x = leaf(1, 2)
    y = x * 1
    seed = torch.tensor([1.0, 1.0])
    y.backward(seed, retain_graph=True)
    first = x.grad
    (x + x).backward(seed)
    seed.fill_(9)
    return [first is x.grad, x.grad.tolist(), first.requires_grad]


@program("a gradient has the strides of its leaf")
def _():
    turned = torch.zeros(3, 2).t().requires_grad_()
    spread = torch.zeros(2, 4)[:, ::2].requires_grad_()
    ((turned * 2).sum() + (spread * torch.ones(2, 2)).sum()).backward()
    expanded = leaf(1, 2)
    expanded.sum().backward()
    return [list(turned.grad.stride()), list(spread.grad.stride()), list(expanded.grad.stride())]


@program("a gradient that was set is added to")
def _():
    x, g = leaf(1, 2), torch.tensor([5.0, 6.0])
    x.grad = g
    (x * 2).sum().backward()
    return [x.grad is g, g.tolist()]


@program("a gradient of another shape is refused")
def _():
    leaf(1, 2).grad = torch.ones(3)


@program("a gradient of another dtype is refused")
def _():
    leaf(1, 2).grad = torch.ones(2, dtype=torch.float64)


@program("createGraph adds up in a new tensor")
def _():
    x = leaf(1, 2)
    (x * x).sum().backward()
    first = x.grad
    (x * x).sum().backward(create_graph=True)
    return [first is x.grad, first.tolist(), x.grad.tolist()]


@program("what does not require gradients gets none")
def _():
    x, fixed = leaf(1, 2), torch.ones(2)
    (x * fixed).sum().backward()
    return [x.grad.tolist(), fixed.grad]


@program("integers do not require gradients")
def _():
    torch.ones(2, dtype=torch.int64).requires_grad = True


@program("a result goes on requiring gradients")
def _():
    (leaf(1) * 2).requires_grad = False


@program("a result may be told that it requires gradients")
def _():
    y = leaf(1) * 2
    y.requires_grad_()
    return [y.requires_grad, y.is_leaf]


@program("a leaf that no longer requires gradients gets none, but was recorded before")
def _():
    x, w = leaf(1), leaf(2)
    y = x * w
    x.requires_grad = False
    z = x * w
    (y + z).sum().backward()
    return [fn(z), w.grad.tolist()]


@program("a leaf that no longer requires gradients at backward gets none, but its hooks run")
def _():
    x, w, seen = leaf(1, 2), leaf(3, 4), []
    x.register_hook(lambda g: seen.append(g.tolist()))
    x.register_post_accumulate_grad_hook(lambda t: seen.append(t.grad))
    y = (x * w).sum()
    x.requires_grad = False
    y.backward()
    return [x.grad, w.grad.tolist(), seen]


@program("a leaf that again requires gradients at backward gets them")
def _():
    x = leaf(1, 2)
    y = (x * 2).sum()
    x.requires_grad = False
    x.requires_grad = True
    y.backward()
    return x.grad.tolist()


@program("a tensor is not its own gradient")
def _():
    x = leaf(1, 2)
    x.grad = x


# ---- Grad mode

@program("noGrad and enableGrad nest")
def _():
    x, seen = leaf(1), []
    with torch.no_grad():
        seen += [torch.is_grad_enabled(), (x * 2).requires_grad]
        with torch.enable_grad():
            seen += [torch.is_grad_enabled(), (x * 2).requires_grad]
            with torch.no_grad():
                seen.append((x * 2).requires_grad)
            seen.append((x * 2).requires_grad)
        seen.append((x * 2).requires_grad)
    seen.append((x * 2).requires_grad)
    return seen


@program("an error in noGrad leaves the mode as it was")
def _():
    try:
        with torch.no_grad():
            raise ValueError("stop")
    except ValueError:
        pass
    return (leaf(1) * 2).requires_grad


@program("a view of a leaf made in noGrad requires gradients, and has no history")
def _():
    x = leaf(1, 2)
    with torch.no_grad():
        view = x[0]
    return [view.requires_grad, view.is_leaf, fn(view)]


@program("detach stops the way back")
def _():
    x = leaf(1, 2)
    y = x * 2
    (y.detach() * x).sum().backward()
    return [x.grad.tolist(), y.detach().requires_grad]


# ---- Shapes of graphs

@program("a diamond, and one of diamonds")
def _():
    x = leaf(1.5, dtype=torch.float64)
    y = x
    for _ in range(20):
        y = y * 0.3 + y * y * 0.1
    y.sum().backward()
    return [y.tolist(), x.grad.tolist()]


@program("a chain of 20,000 operations")
def _():
    x = leaf(1, dtype=torch.float64)
    y = x
    for _ in range(10000):
        y = y * 1.0001 + 1e-5
    y.sum().backward()
    return x.grad.tolist()


@program("gradients add up from the last operation to the first")
def _():
    x = leaf(1)
    (x * 1e8 + x * 1 + x * -1e8 + x * 0.5).sum().backward()
    y, w = leaf(1) , leaf(1)
    z = w * 1
    ((z * 1e8 + z * 3) + z * -1e8).sum().backward()
    return [x.grad.tolist(), w.grad.tolist()]


@program("rows of iteration meet again")
def _():
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    total = 0
    for k, row in enumerate(x):
        total = total + (row * (k + 1)).sum()
    first = fn(list(x)[0])
    total.backward()
    return [first, x.grad.tolist()]


@program("a tensor joined with itself")
def _():
    x = leaf(1, 2)
    (torch.cat([x, x * x, x]) * torch.arange(6.0)).sum().backward()
    return x.grad.tolist()


@program("parts that nobody uses give zeros")
def _():
    x = leaf(1, 2, 3)
    a, b, c = x.unbind()
    (b * 2).backward()
    values, _ = torch.tensor([[1.0, 5.0], [7.0, 2.0]], requires_grad=True).max(1)
    return [x.grad.tolist(), fn(values)]


@program("views of expanded and of turned tensors")
def _():
    x = leaf(1, 2, 3)
    wide = x.expand(4, 3)
    wide.retain_grad()
    (wide[1] * 2).sum().backward()
    y = torch.ones(2, 3, requires_grad=True)
    y.t()[1:, 0].sum().backward()
    z = leaf(1, 2, 3)
    z.expand(2, 3).as_strided((2,), (1,)).sum().backward()
    return [x.grad.tolist(), wide.grad.tolist(), y.grad.tolist(), z.grad.tolist()]


@program("where() keeps NaN of the side that is not taken")
def _():
    x = leaf(4, 0)
    torch.where(x > 0, x.sqrt(), torch.zeros(())).sum().backward()
    return x.grad.tolist()


@program("dtypes: a gradient has that of its leaf")
def _():
    a, b, c = leaf(1, 2), leaf(3, 4, dtype=torch.float64), torch.tensor([2, 3])
    y = a * b * c
    y.sum().backward()
    z = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    (a.detach() * z).sum().backward()
    return [str(y.dtype), str(a.grad.dtype), a.grad.tolist(), b.grad.tolist(), str(z.grad.dtype), z.grad.tolist()]


@program("floats of 16 bits add up")
def _():
    results = []
    for dtype in (torch.float16, torch.bfloat16):
        x = torch.tensor([1.0, 2.0], dtype=dtype, requires_grad=True)
        buffer = torch.zeros(2, 2, dtype=dtype)
        buffer[0].copy_(x)
        buffer[1, 0].copy_(x[1])
        for scale in (1, 2):
            ((buffer.float() * scale).sum() + (x.float() + x.expand(3, 2).float()).sum()).backward(retain_graph=True)
        results.append(x.grad.tolist())
    return results


@program("a gradient that was set to an expanded view is not added to")
def _():
    x = leaf(1, 2)
    x.grad = torch.ones(1).expand(2)
    x.sum().backward()


@program("empty tensors")
def _():
    x = torch.zeros(0, 3, requires_grad=True)
    (x * 2).sum().backward()
    y = torch.ones(3, requires_grad=True)
    torch.cat([x, y.view(1, 3)]).sum().backward()
    return [list(x.grad.shape), y.grad.tolist()]


# ---- detectAnomaly

@program("detectAnomaly: a gradient that is NaN is refused")
def _():
    with torch.autograd.detect_anomaly():
        x = leaf(0, 1)
        (x.sqrt() * torch.tensor([0.0, 1.0])).sum().backward()


@program("detectAnomaly: other gradients go")
def _():
    with torch.autograd.detect_anomaly():
        x = leaf(0, 4)
        x.sqrt().sum().backward()
    return x.grad.tolist()


@program("detectAnomaly: a changed tensor is refused")
def _():
    with torch.autograd.detect_anomaly():
        y = leaf(1, 2).exp()
        y.add_(1)
        y.sum().backward()


# ---- Operations of one's own

class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.save_for_backward(x)
        ctx.scale = scale
        return x ** 3 * scale

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * x ** 2 * 3 * ctx.scale, None


@program("an operation of one's own, and its derivative twice")
def _():
    x = leaf(1, 2)
    y = Cube.apply(x, 2)
    (g,) = grad(y.sum(), x, create_graph=True)
    (h,) = grad(g.sum(), x)
    return [y.tolist(), y.requires_grad, g.tolist(), h.tolist(), Cube.apply(torch.ones(2), 1).requires_grad]


@program("an operation of one's own needs what it saved")
def _():
    x = torch.ones(2)
    y = Cube.apply(x * leaf(1, 2), 1)
    z = leaf(1, 2) * 1
    y = Cube.apply(z, 1)
    z.add_(1)
    y.sum().backward()


@program("an operation of one's own goes back once")
def _():
    y = Cube.apply(leaf(1, 2), 1).sum()
    y.backward()
    y.backward()


class Both(torch.autograd.Function):
    seen = []

    @staticmethod
    def forward(ctx, x, y):
        Both.seen.append(list(ctx.needs_input_grad))
        return x + y, x * 2

    @staticmethod
    def backward(ctx, first, second):
        Both.seen.append([first.tolist(), second.tolist()])
        return first + second * 2, first


@program("an operation of one's own with two results, of which one is used")
def _():
    Both.seen = []
    x, y = leaf(1, 2), torch.ones(2)
    a, b = Both.apply(x, y)
    b.sum().backward()
    return [Both.seen, x.grad.tolist(), a.requires_grad]


class Greedy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return g, g


@program("an operation of one's own with too many gradients is refused")
def _():
    Greedy.apply(leaf(1)).sum().backward()


class Wrong(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return g.new_ones(3)


@program("an operation of one's own with a gradient of another shape is refused")
def _():
    Wrong.apply(leaf(1, 2)).sum().backward()


class Silent(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return None


@program("an operation of one's own that gives nothing back leaves others theirs")
def _():
    x = leaf(1, 2)
    y = x * 5
    (Silent.apply(y).sum() + (x * 3).sum() + y.sum()).backward()
    return x.grad.tolist()


def plain(value):
    """What JSON can hold: NaN and infinities as text."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def outcome(run):
    try:
        return {"result": plain(run())}
    except Exception as error:
        kinds = (RuntimeError, IndexError, ValueError, TypeError)
        return {"error": next(kind for kind in kinds if isinstance(error, kind)).__name__, "message": str(error).split("\n")[0][:160]}


def main():
    write_fixture("autograd_programs", [{"name": name, **outcome(run)} for name, run in PROGRAMS.items()])
