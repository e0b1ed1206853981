"""Autograd: gradients of every operation of tensors.

Writes tensor_gradients.json. Programs of hooks, views and changes in place are in autograd_programs_fixtures.py.
"""
import itertools
import math

import torch
from common import write_fixture
from tensor_fixtures import encode, encode_any

F32, F64 = torch.float32, torch.float64
NAN, INF = math.nan, math.inf


def leaves_of(args):
    for arg in args:
        if isinstance(arg, (list, tuple)):
            yield from leaves_of(arg)
        elif isinstance(arg, torch.Tensor) and arg.is_floating_point():
            yield arg


class Gradients:
    """`call` names the method here, `run` is PyTorch's. Every float tensor among `args` requires gradients."""

    def __init__(self):
        self.cases = []

    def add(self, call, run, *args, smooth=None, seeds=None, named=True):
        """Where it is smooth, differences must give the same gradients. By default that is where all is float64.

        Not named: what PyTorch composes of several operations in another way than we do.
        """
        leaves = list(leaves_of(args))
        for leaf in leaves:
            leaf.requires_grad_()
        results = run(*args)
        outputs = [out for out in (results if isinstance(results, (list, tuple)) else [results]) if out.is_floating_point()]
        if seeds is None:
            seeds = [torch.randn(out.shape, dtype=F64).to(out.dtype) for out in outputs]
        gradients = torch.autograd.grad(outputs, leaves, seeds, allow_unused=True)
        try:
            torch.autograd.grad(outputs, leaves, seeds, allow_unused=True)
            frees = False
        except RuntimeError:
            frees = True
        self.cases.append({
            "call": call, "args": [encode_any(arg) for arg in args], "seeds": [encode(seed) for seed in seeds],
            "gradients": [None if gradient is None else encode(gradient) for gradient in gradients],
            "name": type(outputs[0].grad_fn).__name__ if named else None, "frees": frees,
            "smooth": all(leaf.dtype == F64 for leaf in leaves) if smooth is None else smooth,
        })
        for leaf in leaves:
            leaf.requires_grad_(False)


def normal(*shape, dtype=F64):
    return torch.randn(shape, dtype=F64).to(dtype)


def apart(*shape, dtype=F64):
    """Numbers of both signs that are not near 0, nor near each other, nor near 1."""
    count = math.prod(shape)
    size = 0.35 + 0.2 * torch.randperm(count).to(F64)
    size += 0.03 * torch.rand(count, dtype=F64)
    sign = torch.where(torch.rand(count) < 0.5, -1.0, 1.0).to(F64)
    return (size * sign).reshape(shape).to(dtype)


def positive(*shape, dtype=F64):
    return (0.3 + torch.rand(shape, dtype=F64)).to(dtype)


def numbers(*values, dtype=F64):
    return torch.tensor(values, dtype=dtype)


def integers(*shape):
    return torch.randint(1, 5, shape)


PAIRS = [((), ()), ((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((3,), ()), ((), (2,)), ((0, 3), (1, 3)), ((1, 3), (2, 1, 1))]


def arithmetic(ops):
    binary = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum, "minimum": torch.minimum}
    for call, run in binary.items():
        for left, right in PAIRS:
            both = apart(math.prod(left) + math.prod(right))
            ops.add(call, run, both[:math.prod(left)].reshape(left).clone(), both[math.prod(left):].reshape(right).clone())
        ops.add(call, run, apart(3, dtype=F32), apart(2, 3))
        ops.add(call, run, apart(3, dtype=F32), apart(dtype=F64))
        ops.add(call, run, apart(3), integers(3) * 7)
        ops.add(call, run, integers(2, 1) * 7, apart(3, dtype=F32))
        ops.add(call, run, apart(2), torch.tensor([True, False]) if call not in ("sub", "div") else integers(2), smooth=False)
        if call not in ("maximum", "minimum"):
            ops.add(call, run, apart(2, 2), -2.5)
            ops.add(call, run, apart(2, dtype=F32), 3)
        special = numbers(0, 1, -1, INF, -INF, NAN, dtype=F32)
        for left, right in [(special, numbers(0, 1, 2, INF, 1, NAN, dtype=F32)), (special[:, None].clone(), special)]:
            ops.add(call, run, left, right)
    x, y = numbers(1, 2, 2, 0, -1), numbers(1, 2, 3, 0, -1)
    for call in ("maximum", "minimum"):
        ops.add(call, binary[call], x, y, smooth=False)
        ops.add(call, binary[call], x, numbers(2), smooth=False)


def powers(ops):
    run = torch.pow
    for exponent in (0, 1, 2, 3, -1, 0.5, -2.5):
        ops.add("pow", run, positive(2, 2), exponent)
        ops.add("pow", run, numbers(0, -1, 2, NAN, INF), exponent, smooth=False)
    ops.add("pow", run, numbers(0, 1), 0, smooth=False, seeds=[numbers(NAN, INF)])
    ops.add("pow", run, apart(3), 3)
    ops.add("pow", run, apart(3), integers(3))
    for left, right in PAIRS:
        ops.add("pow", run, positive(*left), apart(*right))
    base, exponent = numbers(0, 1, -2, 2, NAN, INF), numbers(0, 1, 2, -1, 0.5, NAN)
    ops.add("pow", run, base[:, None].clone(), exponent, smooth=False)
    ops.add("pow", run, base, integers(6) - 2, smooth=False)
    ops.add("pow", run, integers(3), positive(3))
    ops.add("pow", run, torch.tensor([0, 1, 2]), positive(3), smooth=False)
    ops.add("pow", run, positive(2, dtype=F32), positive(2))


def unary(ops):
    functions = {"neg": torch.neg, "abs": torch.abs, "relu": torch.relu, "exp": torch.exp, "log": torch.log, "sqrt": torch.sqrt,
                 "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    for call, run in functions.items():
        values = positive if call in ("log", "sqrt") else apart
        for shape in [(), (2, 3), (0, 2)]:
            ops.add(call, run, values(*shape))
        ops.add(call, run, values(5, dtype=F32))
        ops.add(call, run, numbers(0, -0.0, 1, -1, INF, -INF, NAN), smooth=False)
        ops.add(call, run, numbers(0, 1, -1), smooth=False, seeds=[numbers(0, INF, NAN)])


def clamps(ops):
    x = apart(2, 3)
    for low, high in [(-0.5, 1.5), (None, 0.9), (-0.2, None), (2, -2)]:
        ops.add("clamp", torch.clamp, x, low, high)
    ops.add("clamp", torch.clamp, apart(2, dtype=F32), -1, 1)
    ops.add("clamp", torch.clamp, numbers(-1, 0, 1, 2, NAN, INF, -INF), 0, 1, smooth=False)
    ops.add("clamp", torch.clamp, numbers(-1, 0, 1), 1, 1, smooth=False)
    ops.add("clamp", torch.clamp, x, numbers(-0.4, -0.6, 0.1), numbers(0.2, 1.1, 0.9))
    ops.add("clamp", torch.clamp, x, numbers(0.1), None)
    ops.add("clamp", torch.clamp, x, None, numbers(0.1, -0.2, 7)[:, None][:2].clone())
    x = numbers(-1, 0, 1, 2, 3, NAN, INF)
    ops.add("clamp", torch.clamp, x, numbers(*[0.0] * 7), numbers(*[2.0] * 7), smooth=False)
    ops.add("clamp", torch.clamp, x, numbers(*[2.0] * 7), numbers(*[1.0] * 7), smooth=False)
    ops.add("clamp", torch.clamp, x, numbers(*[1.0] * 7), numbers(*[1.0] * 7), smooth=False)
    ops.add("clamp", torch.clamp, x, numbers(0, NAN, 0, 0, 0, 0, 0), numbers(2, 2, NAN, 2, 2, 2, 2), smooth=False)


def choices(ops):
    chosen = torch.tensor([[True, False, True], [False, False, True]])
    ops.add("where", torch.where, chosen, normal(2, 3), normal(2, 3))
    ops.add("where", torch.where, chosen, normal(3), normal(2, 1))
    ops.add("where", torch.where, chosen, normal(2, 3), 0.5)
    ops.add("where", torch.where, chosen, 2, normal())
    ops.add("where", torch.where, chosen, normal(2, 3, dtype=F32), normal(3))
    ops.add("where", torch.where, chosen, integers(2, 3), normal(3))
    ops.add("where", torch.where, chosen[:, :1], normal(1, 3), normal(0, 1, 1))
    ops.add("where", torch.where, chosen, normal(3), normal(3), smooth=False, seeds=[numbers(NAN, INF, 1).expand(2, 3)])


def views(ops):
    def x():
        return normal(2, 3, 2)

    for dim, start, end, step in [(0, 1, 2, 1), (1, -2, 3, 1), (1, 0, 3, 2), (2, 5, 7, 1)]:
        index = (slice(None),) * dim
        ops.add("slice", lambda t, d, a, b, s: t[(*index, slice(a, b, s))], x(), dim, start, end, step)
    ops.add("at", lambda t, i: t[i], x(), -1)
    ops.add("at", lambda t, i, j: t[i, j], x(), 1, -3)
    ops.add("select", lambda t, d, i: t.select(d, i), x(), 1, -2)
    ops.add("select", lambda t, d, i: t.select(d, i), normal(3, dtype=F32), 0, 1)
    ops.add("narrow", lambda t, d, a, n: t.narrow(d, a, n), x(), 1, 1, 2)
    ops.add("narrow", lambda t, d, a, n: t.narrow(d, a, n), x(), -1, 0, 0)
    for shape in ([6, 2], [-1], [3, -1, 2], [2, 3, 2]):
        ops.add("reshape", lambda t, s: t.reshape(s), x(), shape)
    ops.add("reshape", lambda t, s: t.reshape(s), normal(0, 3), [3, 0])
    ops.add("reshape", lambda t, s: t.reshape(s), normal(), [1, 1])
    ops.add("flatten", lambda t, a, b: t.flatten(a, b), x(), 1, 2)
    ops.add("flatten", lambda t, a, b: t.flatten(a, b), normal(), 0, -1)
    ops.add("transpose", lambda t, a, b: t.transpose(a, b), x(), 0, -1)
    ops.add("permute", lambda t, dims: t.permute(dims), x(), [2, 0, 1])
    ops.add("permute", lambda t, dims: t.permute(dims), x(), [-1, 0, -2])
    for shape in [(), (3,), (2, 3)]:
        ops.add("t", lambda t: t.t(), normal(*shape))
    ops.add("squeeze", lambda t: t.squeeze(), normal(1, 3, 1))
    for dim in (0, 1, -1):
        ops.add("squeeze", lambda t, d: t.squeeze(d), normal(1, 3, 1), dim)
        ops.add("unsqueeze", lambda t, d: t.unsqueeze(d), normal(2, 3), dim)
    ops.add("expand", lambda t, s: t.expand(s), normal(1, 3, 1), [2, 2, 3, -1])
    ops.add("expand", lambda t, s: t.expand(s), normal(), [2, 2])
    ops.add("expand", lambda t, s: t.expand(s), normal(1, 2), [0, 2])
    for dim in (0, 1, -1):
        ops.add("unbind", lambda t, d: t.unbind(d), x(), dim)
    ops.add("split", lambda t, s, d: t.split(s, d), x(), 2, 1)
    ops.add("split", lambda t, s, d: t.split(s, d), x(), [1, 2, 0], -2)
    ops.add("chunk", lambda t, n, d: t.chunk(n, d), x(), 2, 1)
    ops.add("clone", lambda t: t.clone(), x())
    for dtype in ("float32", "float64", "float16", "bfloat16"):
        source = F32 if dtype == "float64" else F64
        ops.add("to", lambda t, to: t.to(getattr(torch, to)), normal(2, 2, dtype=source), dtype, smooth=False)
    ops.add("to", lambda t, to: t.to(getattr(torch, to)), normal(2).to(torch.float16), "float32")


def strided(ops):
    """Views by strides, whose memory is the whole of a row-major tensor."""
    for shape, strides, offset in [([2, 2], [1, 1], 0), ([3], [0], 2), ([2, 2], [3, 1], 1), ([0, 2], [1, 1], 0), ([], [], 4)]:
        ops.add("asStrided", lambda t, n, s, o: t.as_strided(n, s, o), normal(2, 3), shape, strides, offset)


def moves(ops):
    for dim, index in [(0, [1, 0, 1]), (1, [2, 2]), (-1, [])]:
        ops.add("indexSelect", lambda t, d, i: t.index_select(d, i), normal(2, 3), dim, torch.tensor(index, dtype=torch.int64))
    ops.add("indexSelect", lambda t, d, i: t.index_select(d, i), normal(3, dtype=F32), 0, torch.tensor([1, 1], dtype=torch.int32))
    ops.add("indexSelect", lambda t, d, i: t.index_select(d, i), normal(), 0, torch.tensor([0]))
    for dim, index in [(0, [[0, 1, 1]]), (1, [[2, 2, 0, 1], [0, 0, 0, 0]]), (-1, [[1], [2]]), (0, [[0, 1], [1, 1], [0, 0]])]:
        ops.add("gather", lambda t, d, i: t.gather(d, i), normal(2, 3), dim, torch.tensor(index))
    ops.add("gather", lambda t, d, i: t.gather(d, i), normal(), 0, torch.tensor(0))
    for dims in ([0], [1, 0], [-1], []):
        ops.add("flip", lambda t, d: t.flip(d), normal(2, 3), dims)
    for counts in ([2, 1], [2, 1, 3], [0, 2], [1, 1]):
        ops.add("repeat", lambda t, n: t.repeat(n), normal(2, 3), counts)
    ops.add("repeat", lambda t, n: t.repeat(n), normal(), [3])
    pad = torch.nn.functional.pad
    for padding in ([1, 2], [-1, 1], [1, 0, -1, 2], [0, 0, 2, 0]):
        ops.add("pad", lambda t, p: pad(t, p), normal(2, 3), padding)
    for shape, padding in [((2, 3), [1, 2]), ((2, 3), [0, 2]), ((2, 3), [2, -1]), ((1, 3, 3), [1, 1, 2, 0]), ((1, 2, 2, 2), [1, 0, 0, 1, 1, 1])]:
        for mode in ("reflect", "replicate"):
            ops.add("pad", lambda t, p, o: pad(t, p, mode=o["mode"]), normal(*shape), padding, {"mode": mode})
    ops.add("pad", lambda t, p, o: pad(t, p, value=o["value"]), normal(2, 3, dtype=F32), [1, 1], {"value": 5})


def joins(ops):
    ops.add("cat", torch.cat, [normal(2, 1), normal(2, 3), normal(2, 0)], 1)
    ops.add("cat", torch.cat, [normal(2), normal(1)], -1)
    ops.add("cat", torch.cat, [torch.zeros(0, dtype=F64), normal(2, 2)], 0)
    ops.add("cat", torch.cat, [normal(2, dtype=F32), normal(1), integers(1)], 0)
    for dim in (0, 1, -1):
        ops.add("stack", torch.stack, [normal(2, 2), normal(2, 2)], dim)
    ops.add("stack", torch.stack, [normal(), normal()], 0)


def reductions(ops):
    for call, run in {"sum": torch.sum, "mean": torch.mean}.items():
        for shape in [(), (2, 3), (0, 3)]:
            ops.add(call, lambda t: run(t), normal(*shape), smooth=shape != (0, 3))
        for dim, keepdim in [(0, False), (1, True), (-1, False), ([0, 2], False), ([-1, 0], True), ([], False)]:
            ops.add(call, lambda t, d, k: run(t, d, keepdim=k), normal(2, 2, 2), dim, keepdim)
        ops.add(call, lambda t, d: run(t, d), normal(0, 3), 1)
        ops.add(call, lambda t, d: run(t, d), normal(0, 3), 0, smooth=False)
        ops.add(call, lambda t, d: run(t, d), normal(), 0)
        ops.add(call, lambda t: run(t), normal(5, dtype=F32))
    for values in [numbers(2, -3, 0.5), numbers(2, 0, 3), numbers(0, 0, 3), numbers(5), numbers(1, INF, 2), numbers(1, NAN, 2), numbers(0, NAN, 2)]:
        ops.add("prod", lambda t: torch.prod(t), values, smooth=bool(values.isfinite().all()))
    ops.add("prod", lambda t: torch.prod(t), normal())
    ops.add("prod", lambda t: torch.prod(t), normal(0, 2))
    matrix = [numbers(1, 2, 3, 0, 5, 6, 0, 0, 9).reshape(3, 3), normal(3, 3), normal(3, 3, dtype=F32)]
    for t, (dim, keepdim) in itertools.product(matrix, [(0, False), (1, True), (-1, False)]):
        ops.add("prod", lambda t, d, k: torch.prod(t, d, keepdim=k), t.clone(), dim, keepdim)
    ops.add("prod", lambda t, d: torch.prod(t, d), numbers(0), 0)
    for call in ("max", "min"):
        run = getattr(torch, call)
        ops.add(call, lambda t: run(t), apart(2, 3))
        ops.add(call, lambda t: run(t), apart())
        ops.add(call, lambda t: run(t), apart(4, dtype=F32))
        for values in [(1, 3, 3, 1, 1), (NAN, 1, NAN), (INF, INF, 2), (-INF, 1, -INF)]:
            ops.add(call, lambda t: run(t), numbers(*values), smooth=False)
        for dim, keepdim in [(0, False), (1, True), (-1, False)]:
            ops.add(call, lambda t, d, k: run(t, d, keepdim=k), apart(2, 3, 2), dim, keepdim)
        ops.add(call, lambda t, d: run(t, d), numbers(1, 3, 3, 1, NAN, 1, NAN, 0).reshape(2, 4), 1, smooth=False)
        ops.add(call, lambda t, d: run(t, d), apart(), 0)
        ops.add(call, lambda t, d: run(t, d), apart(0, 2), 1)
    for k, dim, largest in [(2, -1, True), (1, 0, False), (0, 1, True), (3, 1, False)]:
        ops.add("topk", torch.topk, apart(3, 3), k, dim, largest)
    ops.add("topk", torch.topk, apart(), 1)
    for shape, dim in [((2, 3), 0), ((2, 3), -1), ((), 0), ((0, 2), 0), ((2, 2, 2), 1)]:
        ops.add("cumsum", torch.cumsum, normal(*shape), dim)
    for call, run in {"softmax": torch.softmax, "logSoftmax": torch.log_softmax}.items():
        for shape, dim in [((2, 3), 1), ((2, 3), 0), ((2, 2, 2), -2), ((), 0), ((0, 3), 1), ((3, 0), 0)]:
            ops.add(call, run, normal(*shape), dim)
        ops.add(call, run, normal(2, 4, dtype=F32), 1)
        ops.add(call, run, numbers(-INF, 0, 1, 1e4, -1e4, 0, NAN, 0, 1).reshape(3, 3), 1, smooth=False)


def products(ops):
    shapes = [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 2)), ((1, 1), (1, 1)), ((2, 2, 3), (3, 2)), ((2, 2, 3), (2, 3, 2)),
              ((2, 1, 1, 3), (3, 3, 1)), ((3,), (2, 3, 2)), ((2, 2, 3), (3,)), ((2, 3), (2, 3, 2)), ((0, 3), (3, 2)), ((2, 0), (0, 3)),
              ((2, 2, 0), (0, 3)), ((0, 2, 3), (3, 2)), ((0,), (0,)), ((2, 3), (0, 3, 2))]
    for left, right in shapes:
        ops.add("matmul", torch.matmul, normal(*left), normal(*right), named=(len(left), len(right)) != (2, 3))
    ops.add("matmul", torch.matmul, normal(3, 5, dtype=F32), normal(5, 2, dtype=F32))
    linear = torch.nn.functional.linear
    for lead in [(), (2,), (2, 2), (0,)]:
        ops.add("linear", linear, normal(*lead, 3), normal(2, 3), normal(2))
        ops.add("linear", linear, normal(*lead, 3), normal(2, 3))
    ops.add("linear", linear, normal(2, 2, 3, dtype=F32), normal(2, 3, dtype=F32), normal(2, dtype=F32))


def in_place(ops):
    """On a copy, since leaves must not be changed."""
    for call in ("add_", "sub_", "mul_", "div_"):
        run = lambda x, y: getattr(x.clone(), call)(y)
        ops.add(call, run, normal(2, 3), apart(3))
        ops.add(call, run, normal(2, 3), apart())
        ops.add(call, run, normal(2, 2), 2.5)
        ops.add(call, run, normal(2, dtype=F32), apart(2), named=False)
        ops.add(call, run, normal(2), integers(2))
        ops.add(call, run, normal(0, 2), apart(2))
    run = lambda x, y: x.clone().copy_(y)
    for left, right in [(normal(2, 3), normal(3)), (normal(2), normal()), (normal(2, dtype=F32), normal(2)), (normal(2), normal(1, dtype=F32))]:
        ops.add("copy_", run, left, right)
    ops.add("fill_", lambda x, v: x.clone().fill_(v), normal(2, 2), 3)
    ops.add("zero_", lambda x: x.clone().zero_(), normal(2, 2))
    ops.add("uniform_", lambda x, *_: x.clone().uniform_(), normal(2, 2), smooth=False)
    ops.add("normal_", lambda x, *_: x.clone().normal_(), normal(2, 2), smooth=False)
    ops.add("bernoulli_", lambda x, p: x.clone().bernoulli_(p), normal(2, 2), 0.5, smooth=False)


def halves(ops):
    """Floats of 16 bits, which are kept, moved and converted. Small integers, whose sums are exact."""
    def whole(*shape):
        return torch.randint(-4, 5, shape).to(dtype)

    pad = torch.nn.functional.pad
    for dtype in (torch.float16, torch.bfloat16):
        def add(call, run, *args):
            with torch.no_grad():
                shape = run(*args).shape
            ops.add(call, run, *args, smooth=False, seeds=[whole(*shape)])

        add("expand", lambda t, s: t.expand(s), whole(1, 3), [2, 4, 3])
        add("indexSelect", lambda t, d, i: t.index_select(d, i), whole(2, 3), 1, torch.tensor([2, 2, 0]))
        add("gather", lambda t, d, i: t.gather(d, i), whole(2, 3), 0, torch.tensor([[0, 1, 1], [0, 0, 1], [0, 1, 1]]))
        add("repeat", lambda t, n: t.repeat(n), whole(2, 3), [2, 1, 3])
        add("pad", lambda t, p: pad(t, p), whole(2, 3), [1, -1])
        add("cat", torch.cat, [whole(2), whole(1)], 0)
        add("select", lambda t, d, i: t.select(d, i), whole(2, 3), 1, 2)
        add("asStrided", lambda t, n, s, o: t.as_strided(n, s, o), whole(2, 3), [2, 2], [1, 1], 0)
        add("copy_", lambda x, y: x.clone().copy_(y), whole(2, 3), whole(3))
        add("fill_", lambda x, v: x.clone().fill_(v), whole(2), 3)


def main():
    torch.manual_seed(18)
    ops = Gradients()
    for group in (arithmetic, powers, unary, clamps, choices, views, strided, moves, joins, reductions, products, in_place, halves):
        group(ops)
    write_fixture("tensor_gradients", ops.cases)
