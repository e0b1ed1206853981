"""Tensors: operations on odd shapes and every dtype, type promotion, printing, seeded draws, refusals, fused rounding.

Writes tensor_operations.json, tensor_promotion.json, tensor_printing.json, tensor_random.json, tensor_errors.json,
tensor_fma.json, tensor_unsigned.json, tensor_unsigned_promotion.json.
"""
import base64
import ctypes
import itertools
import math
import zlib

import torch
from common import write_fixture

ALL = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64,
       torch.float16, torch.bfloat16, torch.float32, torch.float64]
COMPUTABLE = [dtype for dtype in ALL if dtype not in (torch.float16, torch.bfloat16)]
INTEGERS = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64]
FLOATS = [torch.float32, torch.float64]
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, math.inf, -math.inf, math.nan, 1e-40, 3e38, -7.0]


def name_of(dtype):
    return str(dtype).removeprefix("torch.")


def encode(tensor):
    """Like common.encode, with the 16-bit floats as their bits."""
    flat = tensor.detach().contiguous()
    bits = flat.view(torch.int16) if flat.dtype in (torch.float16, torch.bfloat16) else flat
    data = base64.b64encode(bits.numpy().tobytes()).decode()
    return {"dtype": name_of(tensor.dtype), "shape": list(tensor.shape), "data": data}


def encode_any(value):
    if isinstance(value, torch.Tensor):
        return encode(value)
    return [encode_any(item) for item in value] if isinstance(value, (list, tuple)) else value


def values(shape, dtype, scale=3.0):
    """Values that suit a dtype: both signs, ties, fractions."""
    if dtype == torch.bool:
        return torch.rand(shape) < 0.5
    if dtype.is_floating_point:
        return (torch.randn(shape, dtype=torch.float64) * scale).to(dtype)
    return torch.randint(-9 if dtype.is_signed else 0, 10, shape).to(dtype)


# ---- Operations: `call` names the method here, `run` is PyTorch's

class Operations:
    def __init__(self):
        self.cases = []

    def add(self, call, run, *args, scale=None):
        """`args` are tensors, or plain values which both sides take alike."""
        result = run(*args)
        self.cases.append({"call": call, "args": [encode_any(arg) for arg in args], "result": encode_any(result)})


SHAPES = [((), ()), ((5,), (5,)), ((3, 4), (3, 4)), ((3, 4), (4,)), ((2, 1, 3), (4, 1)), ((0, 3), (1, 3)), ((2, 3), ())]


def arithmetic(ops):
    binary = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div,
              "maximum": torch.maximum, "minimum": torch.minimum,
              "eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge}
    for call, run in binary.items():
        for left, right in SHAPES:
            ops.add(call, run, values(left, torch.float32), values(right, torch.float32))
        for dtype in COMPUTABLE:
            if not (call == "sub" and dtype == torch.bool):
                ops.add(call, run, values((2, 5), dtype), values((2, 5), dtype))
        special = torch.tensor(SPECIAL)
        ops.add(call, run, special[:, None], special)
        ops.add(call, run, values((7,), torch.int32), values((7,), torch.float32))
        if call not in ("maximum", "minimum"):
            for dtype, scalar in [(torch.float32, 0.1), (torch.float64, 0.1), (torch.int64, 3), (torch.int64, 2.5)]:
                ops.add(call, run, values((7,), dtype), scalar)
    extremes = {torch.int32: 2**31 - 1, torch.int64: 2**63 - 1, torch.int16: 2**15 - 1, torch.int8: 127, torch.uint8: 255}
    for dtype, most in extremes.items():
        wrap = torch.tensor([most, most - 1, most // 3, 1], dtype=dtype)
        for call in ("add", "sub", "mul"):
            ops.add(call, binary[call], wrap, wrap.flip(0))
    base = torch.tensor([2.0, 0.5, -2.0, 0.0, 1.0, math.nan, -1.0, math.inf])
    exponent = torch.tensor([3.0, -1.5, 2.0, 0.0, math.nan, 0.0, math.inf, -1.0])
    ops.add("pow", torch.pow, base[:, None], exponent)
    ops.add("pow", torch.pow, values((9,), torch.float32).abs(), 0.3)
    ops.add("pow", torch.pow, values((9,), torch.float64), 2)
    ops.add("pow", torch.pow, values((9,), torch.int64), 3)
    ops.add("pow", torch.pow, values((9,), torch.int64), 0.5)
    ops.add("pow", torch.pow, torch.tensor([3, -3, 7, 1, -1], dtype=torch.int32), torch.tensor([19, 20, 13, 5, 3], dtype=torch.int32))
    ops.add("pow", torch.pow, torch.tensor([1, -1, 2, -1]), torch.tensor([-1, -2, -3, -5]))
    for dtype, exponent in itertools.product([torch.float32, torch.float64], [0.5, -0.5]):
        roots = torch.tensor([-math.inf, -4.0, -0.0, 0.0, 4.0, math.inf, math.nan], dtype=dtype)
        ops.add("pow", torch.pow, roots, exponent)
        ops.add("pow", torch.pow, roots, torch.tensor(exponent, dtype=dtype))


def unary(ops):
    functions = {"neg": torch.neg, "abs": torch.abs, "relu": torch.relu, "exp": torch.exp, "log": torch.log,
                 "sqrt": torch.sqrt, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    for call, run in functions.items():
        for shape in [(), (17,), (3, 5), (0, 2)]:
            ops.add(call, run, values(shape, torch.float32))
        ops.add(call, run, values((11,), torch.float64))
        ops.add(call, run, values((11,), torch.float32, scale=60.0))
        ops.add(call, run, torch.tensor(SPECIAL))
        for dtype in INTEGERS:
            ops.add(call, run, values((6,), dtype))
    for call in ("exp", "sqrt", "sigmoid"):
        ops.add(call, functions[call], values((6,), torch.bool))
    x = values((3, 4), torch.float32)
    ops.add("clamp", torch.clamp, x, -1, 1.5)
    ops.add("clamp", torch.clamp, x, None, 0.3)
    ops.add("clamp", torch.clamp, x, values((4,), torch.float32), None)
    ops.add("clamp", torch.clamp, values((7,), torch.int64), -2, 3)
    ops.add("clamp", torch.clamp, values((7,), torch.int64), 0.5, None)
    ops.add("clamp", torch.clamp, x, 2, -2)
    # All three are promoted together.
    large = torch.tensor(300)
    ops.add("clamp", torch.clamp, torch.tensor([1, 5], dtype=torch.int8), large, torch.tensor([400, 500]))
    ops.add("clamp", torch.clamp, torch.tensor([1, 5], dtype=torch.int8), large, torch.tensor([7, 7], dtype=torch.int8))
    ops.add("clamp", torch.clamp, torch.tensor(1000), torch.tensor([1], dtype=torch.int8), torch.tensor([500], dtype=torch.int16))
    ops.add("clamp", torch.clamp, torch.tensor([0.1, 5]), torch.tensor(0.3, dtype=torch.float64), torch.tensor([1.0, 1.1], dtype=torch.float64))
    ops.add("clamp", torch.clamp, torch.tensor([1, 5, 9]), torch.tensor(2.5), torch.tensor(7))
    ops.add("clamp", torch.clamp, torch.tensor([True, False]), torch.tensor([0]), torch.tensor(1.5))
    chosen = values((3, 4), torch.bool)
    ops.add("where", torch.where, chosen, x, values((4,), torch.float32))
    ops.add("where", torch.where, chosen, x, 0.1)
    ops.add("where", torch.where, values((2, 1, 4), torch.bool), values((3, 1), torch.int64), values((), torch.int64))
    ops.add("where", torch.where, chosen, values((3, 4), torch.int32), x)


def conversions(ops):
    numbers = torch.tensor([0.0, -0.0, 1.5, -1.5, 127.9, 255.9, -128.9, 2.0**-24, 2.0**-25, 65519.0, 65520.0, 1e-8, 3e38,
                            0.1, 1 / 3, 2.0**-14, 2.0**-14 - 2.0**-25, 1.0009765625, 1.00048828125, 1.00146484375], dtype=torch.float64)
    for dtype in ALL:
        if dtype.is_floating_point or dtype == torch.bool:
            ops.add("to", lambda t, to: t.to(getattr(torch, to)), numbers, name_of(dtype))
        for source in ALL:
            ops.add("to", lambda t, to: t.to(getattr(torch, to)), values((6,), source), name_of(dtype))
    large = torch.tensor([2**40 + 5, -(2**40) - 5, 2**31, 300, -1, 2**53 + 1])
    for dtype in [torch.int32, torch.int16, torch.int8, torch.uint8, torch.float32, torch.float64, torch.bool]:
        ops.add("to", lambda t, to: t.to(getattr(torch, to)), large, name_of(dtype))
    for half in (torch.float16, torch.bfloat16):
        bits = torch.arange(-(2**15), 2**15, 37, dtype=torch.int16).view(half)
        ops.add("to", lambda t, to: t.to(getattr(torch, to)), bits, "float32")
    special = torch.tensor([math.inf, -math.inf, math.nan, 1e30, -0.0])
    for half in ("float16", "bfloat16"):
        ops.add("to", lambda t, to: t.to(getattr(torch, to)), special, half)


def views(ops):
    x = values((2, 3, 4), torch.float32)
    for dtype in [torch.float32, torch.int64, torch.bool, torch.float16]:
        y = values((3, 4), dtype)
        ops.add("t", lambda t: t.t(), y)
        ops.add("select", lambda t, d, i: t.select(d, i), y, 1, -2)
    ops.add("at", lambda t, i: t[i], x, -1)
    ops.add("at", lambda t, i, j: t[i, j], x, 1, -3)
    for dim, start, end, step in [(0, 1, 2, 1), (1, -2, 3, 1), (2, 0, 4, 2), (2, 1, 100, 3), (1, 2, 1, 1), (2, -100, 2, 1)]:
        index = (slice(None),) * dim
        ops.add("slice", lambda t, d, a, b, s: t[(*index, slice(a, b, s))], x, dim, start, end, step)
    ops.add("narrow", lambda t, d, a, n: t.narrow(d, a, n), x, 2, 1, 2)
    ops.add("narrow", lambda t, d, a, n: t.narrow(d, a, n), x, -1, -3, 0)
    ops.add("transpose", lambda t, a, b: t.transpose(a, b), x, 0, -1)
    ops.add("permute", lambda t, dims: t.permute(dims), x, [2, 0, 1])
    ops.add("permute", lambda t, dims: t.permute(dims), x, [-1, 1, 0])
    y = values((1, 3, 1, 2), torch.float32)
    ops.add("squeeze", lambda t: t.squeeze(), y)
    for dim in (0, 1, -2):
        ops.add("squeeze", lambda t, d: t.squeeze(d), y, dim)
    for dim in (0, 2, -1):
        ops.add("unsqueeze", lambda t, d: t.unsqueeze(d), x, dim)
    ops.add("expand", lambda t, shape: t.expand(shape), y, [5, 3, 4, -1])
    ops.add("expand", lambda t, shape: t.expand(shape), values((3,), torch.float32), [2, 3])
    for shape in ([6, 4], [-1], [2, -1, 2], [4, 3, 2], [1, 24, 1]):
        ops.add("reshape", lambda t, s: t.reshape(s), x, shape)
    ops.add("reshape", lambda t, s: t.reshape(s), values((0, 3), torch.float32), [3, 0, 5])
    for start, end in [(0, -1), (1, 2), (0, 1), (1, 1)]:
        ops.add("flatten", lambda t, a, b: t.flatten(a, b), x, start, end)
    ops.add("unbind", lambda t, d: t.unbind(d), x, 1)
    ops.add("split", lambda t, s, d: t.split(s, d), x, 3, 2)
    ops.add("split", lambda t, s, d: t.split(s, d), x, [1, 2], 1)
    ops.add("split", lambda t, s, d: t.split(s, d), values((0, 2), torch.float32), 3, 0)
    for chunks, dim in [(2, 2), (3, 2), (5, 0), (1, 1)]:
        ops.add("chunk", lambda t, n, d: t.chunk(n, d), x, chunks, dim)
    ops.add("chunk", lambda t, n, d: t.chunk(n, d), values((0, 2), torch.float32), 3, 0)
    for dtype in [torch.float32, torch.int64, torch.float16]:
        y = values((4, 3), dtype)
        ops.add("indexSelect", lambda t, d, i: t.index_select(d, i), y, 0, torch.tensor([2, 0, 2]))
        ops.add("indexSelect", lambda t, d, i: t.index_select(d, i), y, -1, torch.tensor([1], dtype=torch.int32))
        ops.add("gather", lambda t, d, i: t.gather(d, i), y, 0, torch.randint(0, 4, (2, 3)))
        ops.add("gather", lambda t, d, i: t.gather(d, i), y, 1, torch.randint(0, 3, (4, 5)))
    ops.add("indexSelect", lambda t, d, i: t.index_select(d, i), y, 0, torch.zeros(0, dtype=torch.int64))


def joins(ops):
    parts = [values((2, n, 3), torch.float32) for n in (1, 4, 0)]
    ops.add("cat", torch.cat, parts, 1)
    ops.add("cat", torch.cat, parts, -2)
    ops.add("cat", torch.cat, [values((2, 3), torch.int64), values((1, 3), torch.float32)], 0)
    ops.add("cat", torch.cat, [values((2,), torch.uint8), values((3,), torch.int8), values((1,), torch.bool)], 0)
    ops.add("cat", torch.cat, [torch.zeros(0), values((2, 3), torch.float32)], 1)
    ops.add("cat", torch.cat, [values((2,), torch.bfloat16), values((1,), torch.bfloat16)], 0)
    ops.add("cat", torch.cat, [values((2,), torch.bfloat16), values((1,), torch.float16)], 0)
    same = [values((2, 3), torch.float32) for _ in range(4)]
    for dim in (0, 1, 2, -1):
        ops.add("stack", torch.stack, same, dim)
    ops.add("stack", torch.stack, [values((), torch.int64), values((), torch.float64)], 0)


def reductions(ops):
    def reduce(call, run, dtypes, shape=(2, 5, 3)):
        for dtype in dtypes:
            ops.add(call, lambda t: run(t), values(shape, dtype))
        x = values(shape, torch.float32 if torch.float32 in dtypes else dtypes[0])
        for dim, keepdim in [(0, False), (1, True), (-1, False), (2, True)]:
            ops.add(call, lambda t, d, k: run(t, d, keepdim=k), x, dim, keepdim)

    for call, run in {"sum": torch.sum, "prod": torch.prod, "all": torch.all, "any": torch.any}.items():
        reduce(call, run, COMPUTABLE)
        ops.add(call, run, values((0, 3), torch.float32))
        ops.add(call, lambda t, d: run(t, d), values((0, 3), torch.float32), 0)
        ops.add(call, lambda t, d: run(t, d), values((0, 3), torch.int32), 1)
        ops.add(call, run, values((), torch.float32))
    for call, run in {"all": torch.all, "any": torch.any}.items():
        for t in (torch.tensor([[1.0, 0.0]]), torch.tensor([2, 0], dtype=torch.uint8), torch.tensor([True, False]), torch.tensor(3)):
            ops.add(call, lambda t, d: run(t, d), t, [])
    reduce("mean", torch.mean, FLOATS)
    for call, run in {"sum": torch.sum, "mean": torch.mean}.items():
        ops.add(call, lambda t, d, k: run(t, d, keepdim=k), values((2, 5, 3), torch.float32), [0, 2], False)
        ops.add(call, lambda t, d, k: run(t, d, keepdim=k), values((2, 5, 3), torch.float32), [-1, 0], True)
        ops.add(call, run, torch.tensor(SPECIAL[:6] + [math.inf]))
    ops.add("mean", torch.mean, values((0,), torch.float32))
    for call in ("max", "min", "argmax", "argmin"):
        run = getattr(torch, call)
        dtypes = COMPUTABLE if call in ("max", "min") else [dtype for dtype in COMPUTABLE if dtype != torch.bool]
        for dtype in dtypes:
            ops.add(call, lambda t: run(t), values((4, 5), dtype))
            ops.add(call, lambda t, d: run(t, d), values((4, 5), dtype), 1)
        for dim, keepdim in [(0, False), (1, True), (-1, False), (2, True)]:
            ops.add(call, lambda t, d, k: run(t, d, keepdim=k), values((2, 5, 3), torch.float32), dim, keepdim)
        ties = torch.tensor([[1.0, 7.0, 7.0, 1.0], [2.0, math.nan, 9.0, math.nan], [-math.inf, -math.inf, -math.inf, math.inf]])
        ops.add(call, lambda t, d: run(t, d), ties, 1)
        ops.add(call, lambda t: run(t), ties)
        ops.add(call, lambda t, d: run(t, d), values((0, 3), torch.float32), 1)
        scalar = values((), torch.float32)
        ops.add(call, lambda t, d: run(t, d), scalar, 0)
        ops.add(call, lambda t, d, k: run(t, d, keepdim=k), scalar, 0, True)
    for call, run in {"softmax": torch.softmax, "logSoftmax": torch.log_softmax}.items():
        for shape, dim in [((3, 4), 1), ((3, 4), 0), ((2, 3, 4), -2), ((5,), 0), ((), 0), ((0, 3), 1), ((3, 0), 0)]:
            ops.add(call, run, values(shape, torch.float32), dim)
        ops.add(call, run, values((4, 7), torch.float64), 1)
        ops.add(call, run, torch.tensor([[1e4, -1e4, 0.0], [-math.inf, 0.0, 1.0], [-math.inf] * 3, [math.nan, 0.0, 1.0]]), 1)


def products(ops):
    shapes = [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 5)), ((1, 1), (1, 1)), ((17, 9), (9, 13)),
              ((4, 2, 3), (3, 5)), ((4, 2, 3), (4, 3, 5)), ((2, 1, 2, 3), (4, 3, 5)), ((3,), (4, 3, 2)), ((4, 2, 3), (3,)),
              ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((0, 2, 3), (3, 4)), ((2, 3), (0, 3, 4))]
    for left, right in shapes:
        ops.add("matmul", torch.matmul, values(left, torch.float32), values(right, torch.float32))
    for dtype in [torch.float64, *INTEGERS]:
        ops.add("matmul", torch.matmul, values((2, 3), dtype), values((3, 4), dtype))
    ops.add("matmul", torch.matmul, values((2, 2, 3), torch.int64), values((3,), torch.int64))
    for lead in [(), (4,), (2, 3), (0,)]:
        ops.add("linear", torch.nn.functional.linear, values((*lead, 5), torch.float32), values((3, 5), torch.float32), values((3,), torch.float32))
        ops.add("linear", torch.nn.functional.linear, values((*lead, 5), torch.float64), values((3, 5), torch.float64))


def creation(ops):
    for args in [(5,), (2, 7), (0, 1, 0.1), (5, 0, -2), (0,), (1.5, 4), (-3, 4, 3)]:
        ops.add("arange", torch.arange, *args)
    for size in [(3,), (2, 4), (4, 2)]:
        ops.add("eye", lambda n, m=None: torch.eye(n, n if m is None else m), *size)
    ops.add("full", torch.full, [2, 3], 0.1)


def vectors(ops):
    """What engines compute several elements at a time: sizes that end within a vector, results beyond the normal numbers."""
    functions = {"neg": torch.neg, "abs": torch.abs, "relu": torch.relu, "sqrt": torch.sqrt,
                 "exp": torch.exp, "log": torch.log, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    ends = {torch.float32: (-104.0, 89.5), torch.float64: (-746.0, 710.5)}
    for call, run in functions.items():
        for dtype, (low, high) in ends.items():
            ops.add(call, run, torch.linspace(low, high, 131, dtype=dtype))
            ops.add(call, run, torch.linspace(-2, 2, 67, dtype=dtype))
    for dtype, (low, high) in ends.items():
        ops.add("log", torch.log, torch.linspace(low, high - 1, 131, dtype=torch.float64).exp().to(dtype))
    for call, run in {"softmax": torch.softmax, "logSoftmax": torch.log_softmax}.items():
        for dtype in FLOATS:
            ops.add(call, run, values((3, 67), dtype), 1)
            ops.add(call, run, values((2, 13, 3), dtype), 1)
            ops.add(call, run, values((7, 1), dtype), -1)
        ops.add(call, run, values((1, 601), torch.float32, scale=40.0), 1)
    x = values((3, 25, 7), torch.float32)
    ops.add("add", torch.add, x, values((3, 25, 7), torch.float32))
    ops.add("maximum", torch.maximum, x, values((3, 25, 7), torch.float32))
    ops.add("mul", torch.mul, x, 0.3)
    ops.add("div", torch.div, x, values((), torch.float32))
    for dtype in FLOATS:
        ops.add("linear", torch.nn.functional.linear, values((13, 19), dtype), values((11, 19), dtype), values((11,), dtype))
        ops.add("matmul", torch.matmul, values((5, 21), dtype), values((21, 17), dtype))
        ops.add("indexSelect", lambda t, d, i: t.index_select(d, i), values((3, 9, 7), dtype), 1, torch.tensor([8, 0, 3, 3]))
        ops.add("indexSelect", lambda t, d, i: t.index_select(d, i), values((4, 40), dtype), 0, torch.tensor([3, 1, 1], dtype=torch.int32))
    ops.add("indexSelect", lambda t, d, i: t.index_select(d, i), values((4, 20), torch.int64), 0, torch.tensor([3, 1, 1]))


def rearrangements(ops):
    x = values((2, 3, 4), torch.float32)
    for dims in ([0], [-1], [0, 2], [2, 1, 0], []):
        ops.add("flip", torch.flip, x, dims)
    for dtype in ALL:
        ops.add("flip", torch.flip, values((3, 5), dtype), [1])
        ops.add("repeat", lambda t, counts: t.repeat(counts), values((2, 3), dtype), [2, 2])
    ops.add("flip", torch.flip, values((), torch.float32), [0])
    ops.add("flip", torch.flip, values((0, 3), torch.float32), [0, 1])
    for counts in ([1, 1, 2], [2, 3, 1], [2, 1, 1, 2], [0, 1, 1], [3, 1, 2, 1, 1]):
        ops.add("repeat", lambda t, counts: t.repeat(counts), x, counts)
    ops.add("repeat", lambda t, counts: t.repeat(counts), values((), torch.int64), [3])
    ops.add("repeat", lambda t, counts: t.repeat(counts), values((0, 2), torch.float32), [3, 2])

    orders = [(largest, ordered) for largest in (True, False) for ordered in (True, False)]
    for dtype in [dtype for dtype in COMPUTABLE if dtype != torch.bool]:
        for largest, ordered in orders[:: 3]:
            ops.add("topk", torch.topk, values((3, 9), dtype), 4, -1, largest, ordered)
    ops.add("topk", torch.topk, x, 2)
    for k, dim in [(1, 0), (2, 1), (4, 2), (3, -2), (0, 1)]:
        ops.add("topk", torch.topk, x, k, dim)
    # Ties: few of many, half, and nearly all, in order and as the selection leaves them.
    for length, k in [(4, 2), (17, 16), (40, 5), (40, 39), (640, 10), (640, 11), (1000, 15), (300, 300)]:
        for largest, ordered in orders:
            ops.add("topk", torch.topk, torch.randint(0, 7, (length,)).to(torch.int8), k, 0, largest, ordered)
    ties = torch.tensor([[1.0, math.nan, 3.0, math.nan, -math.inf], [0.0, -0.0, 0.0, math.inf, -1.0]])
    for largest, ordered in orders:
        ops.add("topk", torch.topk, ties, 3, 1, largest, ordered)
    ops.add("topk", torch.topk, torch.tensor([2**62 + 1, 2**62, -(2**62), 2**62 + 2]), 3)
    ops.add("topk", torch.topk, values((), torch.float32), 1)
    ops.add("topk", torch.topk, values((), torch.float32), 0)
    ops.add("topk", torch.topk, values((0, 3), torch.float32), 2)
    ops.add("topk", torch.topk, values((3, 0), torch.float32), 0)

    for dtype in COMPUTABLE:
        ops.add("cumsum", torch.cumsum, values((3, 7), dtype), 1)
    for dim in (0, 1, 2, -2):
        ops.add("cumsum", torch.cumsum, x, dim)
    ops.add("cumsum", torch.cumsum, values((500,), torch.float32), 0)
    ops.add("cumsum", torch.cumsum, torch.tensor([2**63 - 1, 1, 2]), 0)
    ops.add("cumsum", torch.cumsum, torch.tensor([2**31 - 1, 1, 2], dtype=torch.int32), 0)
    ops.add("cumsum", torch.cumsum, torch.tensor(SPECIAL), 0)
    for shape, dim in [((), 0), ((0, 3), 0), ((3, 0), 0)]:
        ops.add("cumsum", torch.cumsum, values(shape, torch.float32), dim)

    def pad(t, padding, options):
        return torch.nn.functional.pad(t, padding, mode=options.get("mode", "constant"), value=options.get("value"))

    for padding in ([1, 2], [0, 3, 1, 0], [1, 1, 2, 0, 0, 1], [-1, 2], [2, -1, -1, 1], [-1, -3], [0, 0], []):
        ops.add("pad", pad, x, padding, {})
        ops.add("pad", pad, x, padding, {"value": 0.5})
    for dtype in ALL:
        ops.add("pad", pad, values((2, 3), dtype), [1, 0, 0, 2], {"value": 3})
    ops.add("pad", pad, values((2, 3), torch.int64), [1, 0], {"value": 1.5})
    ops.add("pad", pad, values((), torch.float32), [], {})
    ops.add("pad", pad, values((0, 3), torch.float32), [1, 1, 2, 0], {"value": -1})
    for mode in ("reflect", "replicate"):
        for shape, padding in [((2, 4), [1, 2]), ((2, 3, 4), [3, 0]), ((2, 3, 4), [1, 2, 2, 1]), ((1, 2, 3, 4), [1, 1, 0, 2]),
                               ((2, 3, 4, 3), [1, 1, 2, 0, 1, 2]), ((1, 2, 3, 2, 3), [2, 1, 1, 1, 0, 2]), ((2, 5), [-1, 2]),
                               ((2, 5), [-2, -2]), ((0, 2, 3), [1, 1]), ((2, 3), [0, 0])]:
            ops.add("pad", pad, values(shape, torch.float32), padding, {"mode": mode})
        for dtype in [torch.float64, torch.float16, torch.bfloat16, *INTEGERS]:
            ops.add("pad", pad, values((2, 4), dtype), [2, 1], {"mode": mode})
    ops.add("pad", pad, values((2, 4), torch.float32), [6, 9], {"mode": "replicate"})


def promotion():
    cases = []
    for (a, b), dims in itertools.product(itertools.product(COMPUTABLE, COMPUTABLE), [(1, 1), (1, 0), (0, 1)]):
        left, right = torch.ones((2,) * dims[0], dtype=a), torch.ones((2,) * dims[1], dtype=b)
        cases.append({"left": name_of(a), "right": name_of(b), "dims": dims, "result": name_of(torch.add(left, right).dtype)})
    for a, scalar, dim in itertools.product(COMPUTABLE, [True, 2, 2.5], [0, 1]):
        result = torch.add(torch.ones((2,) * dim, dtype=a), scalar).dtype
        cases.append({"left": name_of(a), "scalar": scalar, "dims": [dim], "result": name_of(result)})
    return cases


# ---- uint16, uint32, uint64

UNSIGNED = [torch.uint16, torch.uint32, torch.uint64]


def raised(error):
    return next(kind.__name__ for kind in (RuntimeError, IndexError, ValueError, TypeError, ArithmeticError) if isinstance(error, kind))


def unsigned():
    """What PyTorch has for the unsigned integers, and what it refuses."""
    cases = []

    def ask(call, run, *args):
        case = {"call": call, "args": [encode_any(arg) for arg in args]}
        try:
            case["result"] = encode_any(run(*args))
        except Exception as error:
            case["error"] = raised(error)
        cases.append(case)

    def to(tensor, dtype):
        return tensor.to(getattr(torch, dtype))

    signed = torch.tensor([0, 1, -1, 300, -70000, 2**31, 2**32 + 5, 2**53 + 1, 2**63 - 1, -(2**63)])
    floats = torch.tensor([0.0, -0.0, 1.9, -1.9, 65535.5, 70000.0, 3e9, 2.0**53, 2.0**63, 1.8e19], dtype=torch.float64)
    for dtype in UNSIGNED:
        name = name_of(dtype)
        most = torch.iinfo(dtype).max
        x = torch.tensor([3, 0, most, most // 3, 7], dtype=dtype)
        m = x[:4].reshape(2, 2)
        # What 32 bits do not hold is undefined in C, and so for uint16 in PyTorch.
        fitting = floats[:{torch.uint16: 6, torch.uint32: 7, torch.uint64: 10}[dtype]]
        for source in (signed, fitting):
            ask("to", to, source, name)
        too_large = [math.inf, math.nan, 1e20] if dtype == torch.uint64 else [math.inf, math.nan]
        ask("to", to, torch.tensor(too_large, dtype=torch.float64), name)
        for other in ALL + UNSIGNED:
            ask("to", to, x, name_of(other))
            ask("to", to, values((6,), other), name)
        for call in ("add", "sub", "mul", "div", "maximum", "minimum", "eq", "ne", "lt", "le", "gt", "ge"):
            run = getattr(torch, call)
            ask(call, run, x, torch.tensor([7, 1, most, 2, 3], dtype=dtype))
            ask(call, run, x, values((5,), torch.float32))
            if call not in ("maximum", "minimum"):
                ask(call, run, x, 3)
                ask(call, run, x, 0.5)
        for call in ("neg", "abs", "relu", "exp", "log", "sqrt", "tanh", "sigmoid"):
            ask(call, getattr(torch, call), torch.tensor([1, 2, 3], dtype=dtype))
        ask("pow", torch.pow, x, 2)
        ask("pow", torch.pow, x, 0.5)
        ask("pow", torch.pow, x, x)
        ask("clamp", torch.clamp, x, 1, 5)
        for call in ("sum", "prod", "all", "any", "mean", "max", "min", "argmax", "argmin"):
            ask(call, getattr(torch, call), x)
            ask(call, getattr(torch, call), m, 1)
        ask("softmax", torch.softmax, x, 0)
        ask("where", torch.where, torch.tensor([True, False, True, False, True]), x, x.clone().fill_(1))
        ask("where", torch.where, torch.tensor([True, False, True, False, True]), x, 5)
        ask("where", torch.where, torch.tensor([True, False, True, False, True]), x, values((5,), torch.int32))
        ask("cat", torch.cat, [x, x[:2]], 0)
        ask("cat", torch.cat, [x, values((2,), torch.int64)], 0)
        ask("stack", torch.stack, [x, x], 1)
        ask("matmul", torch.matmul, m, m)
        ask("linear", torch.nn.functional.linear, m, m)
        ask("indexSelect", lambda t, d, i: t.index_select(d, i), x, 0, torch.tensor([1, 0]))
        ask("indexSelect", lambda t, d, i: t.index_select(d, i), values((5,), torch.float32), 0, torch.tensor([1, 0], dtype=dtype))
        ask("gather", lambda t, d, i: t.gather(d, i), x, 0, torch.tensor([1, 0]))
        ask("flip", torch.flip, x, [0])
        ask("repeat", lambda t, counts: t.repeat(counts), x, [2])
        ask("topk", torch.topk, x, 2)
        ask("cumsum", torch.cumsum, x, 0)
        for mode in ("constant", "reflect", "replicate"):
            ask("pad", lambda t, p, o: torch.nn.functional.pad(t, p, mode=o["mode"]), m, [1, 1], {"mode": mode})
        ask("t", lambda t: t.t(), m)
        ask("select", lambda t, d, i: t.select(d, i), m, 1, 0)
        ask("reshape", lambda t, s: t.reshape(s), m.t(), [4])
        ask("contiguous", lambda t: t.contiguous(), m.t())
        for call, source in (("copy_", signed), ("copy_", fitting)):
            ask(call, lambda t, s: t.copy_(s), torch.zeros(len(source), dtype=dtype), source)
        for value in (3, -1, 1.9, 65536, 70000.5):
            ask("fill_", lambda t, v: t.fill_(v), torch.zeros(2, dtype=dtype), value)
        ask("mul_", lambda t, o: t.mul_(o), x.clone(), 2)
        ask("add_", lambda t, o: t.add_(o), x.clone(), 2)
        ask("div_", lambda t, o: t.div_(o), x.clone(), 2)
        ask("add_", lambda t, o: t.add_(o), torch.ones(5), torch.tensor([1, 2, 3, 4, 5], dtype=dtype))
    return cases


def unsigned_promotion():
    cases = []
    dtypes = COMPUTABLE + UNSIGNED
    for a, b in itertools.product(dtypes, dtypes):
        if a not in UNSIGNED and b not in UNSIGNED:
            continue
        for dims in [(1, 1), (1, 0), (0, 1), (0, 0)]:
            left, right = torch.ones((2,) * dims[0], dtype=a), torch.ones((2,) * dims[1], dtype=b)
            try:
                result = name_of(torch.result_type(left, right))
            except RuntimeError:
                result = None
            cases.append({"left": name_of(a), "right": name_of(b), "dims": dims, "result": result})
    return cases


# ---- Printing

def printing():
    cases = []

    def show(tensor):
        cases.append({"input": encode(tensor), "requiresGrad": tensor.requires_grad, "text": str(tensor)})

    for dtype in ALL:
        for shape in [(), (1,), (7,), (2, 3), (2, 2, 3), (0,), (0, 3), (2, 0, 3), (1, 1, 1, 2)]:
            show(values(shape, dtype))
    plain = [
        [1.0, 2.0], [1.0, 2.5], [0.0], [0.0, -0.0], [1e-5, 1.0], [1e8, 1.0], [1e9], [123456789.0, 1.0], [1e-4], [9.99e-5],
        [1000.0, 1.0], [1001.0, 1.0], [0.1, 100.1], [math.nan], [math.inf, 1.0], [-math.inf, 1.5, math.nan], [math.nan, 0.0],
        [math.inf, 1e-9], [1e10, 1e-10, math.nan, -math.inf], [0.03125, 0.09375, 0.15625, -0.03125], [1e30, -1e30],
        [2.5, 0.5], [0.00005, 1.0], [1.00005], [99999.99999], [-0.00001, 0.0], [3.0e-45], [1.5e300, 1.0], [10240.5, 12.5],
        [1.00003125e5, 1.0], [300000.5, 100.0], [2097152.5, 1.0], [33554434.0, 1.0], [100002500.0, 100000500.0],
        [0.0, 1e-5, math.nan], [1234.5, -1.0], [-1.0], [5.0, -0.0, math.inf],
    ]
    for numbers in plain:
        show(torch.tensor(numbers, dtype=torch.float64))
        show(torch.tensor(numbers))
    for dtype in [torch.float32, torch.int64, torch.bool, torch.uint8]:
        for shape in [(40,), (3, 30), (1001,), (1000,), (7, 200), (30, 40), (4, 10, 30), (7, 7, 30), (1002, 1), (2, 501, 2), (11, 11, 11)]:
            show(values(shape, dtype))
    show(values((3,), torch.float32).requires_grad_())
    show(values((2, 10), torch.float64).requires_grad_())
    show(values((9,), torch.float64).requires_grad_())
    show(torch.zeros(0).requires_grad_())
    show(torch.tensor([2**63 - 1, -(2**63), 5]))
    show(torch.arange(1001.0))
    show(torch.randn(50, 50) * 1e-6)
    show(torch.randn(3, 400) * 1e5)
    for dtype in UNSIGNED:
        most = torch.iinfo(dtype).max
        for tensor in [torch.tensor(most, dtype=dtype), torch.tensor([most, 5], dtype=dtype), torch.zeros(0, dtype=dtype), torch.zeros(0, 3, dtype=dtype),
                       torch.tensor([[1, 2], [30, 4]], dtype=dtype), torch.full((1001,), most, dtype=dtype)]:
            show(tensor)
    # Widths are measured on what is shown: the large one in the middle is not.
    hidden = torch.ones(2000)
    hidden[1000] = 1e12
    show(hidden)
    return cases


# ---- Seeded draws

def crc(tensor):
    return zlib.crc32(tensor.contiguous().numpy().tobytes())


def seeded():
    """`draws` are made one after the other from one seed. Long float32 ones are told by the CRC-32 of their bytes."""
    f32, f64 = torch.float32, torch.float64
    runs = {
        "rand": lambda shape, dtype: torch.rand(shape, dtype=getattr(torch, dtype)),
        "randn": lambda shape, dtype: torch.randn(shape, dtype=getattr(torch, dtype)),
        "randnTransposed": lambda shape, dtype: torch.empty(shape[::-1], dtype=getattr(torch, dtype)).t().normal_(),
        "uniform_": lambda shape, dtype, a, b: torch.empty(shape, dtype=getattr(torch, dtype)).uniform_(a, b),
        "normal_": lambda shape, dtype, mean, std: torch.empty(shape, dtype=getattr(torch, dtype)).normal_(mean, std),
        "randint": lambda low, high, shape: torch.randint(low, high, shape),
        "randintUint8": lambda low, high, shape: torch.randint(low, high, shape, dtype=torch.uint8),
        "randperm": torch.randperm,
        "bernoulli_": lambda shape, p: torch.empty(shape).bernoulli_(p),
        "bernoulli": lambda p, dtype: torch.bernoulli(torch.tensor(p, dtype=getattr(torch, dtype))),
        "multinomial": lambda w, n, replacement: torch.multinomial(torch.tensor(w), n, replacement),
        "multinomialOfDraws": lambda n, count, replacement: torch.multinomial(torch.rand(n), count, replacement),
    }
    probabilities = [n / 40 for n in range(41)]
    sequences = {
        "uniform": [("rand", [3], "float32"), ("rand", [2, 5], "float64"), ("rand", [700], "float32"), ("rand", [0], "float32"), ("rand", [1], "float64")],
        "uniform in ranges": [("uniform_", [100], "float32", -0.3, 0.7), ("uniform_", [100], "float64", -0.3, 0.7), ("uniform_", [40], "float32", -1e-3, 1e3), ("uniform_", [40], "float64", 3.0, 3.0)],
        "normal, one by one": [("randn", [1], "float32"), ("randn", [3], "float64"), ("randn", [15], "float32"), ("randn", [5], "float32"), ("normal_", [7], "float32", 0.3, 1.7)],
        "normal, in blocks": [("randn", [16], "float32"), ("randn", [17], "float32"), ("randn", [31], "float32"), ("randn", [5, 20], "float32"), ("normal_", [33], "float32", 0.3, 1.7)],
        "normal, in blocks of float64": [("randn", [16], "float64"), ("randn", [333], "float64"), ("normal_", [33], "float64", 0.3, 1.7)],
        "the spare normal outlasts other draws": [("randn", [1], "float32"), ("rand", [3], "float32"), ("randn", [20], "float32"), ("randn", [1], "float32"), ("randn", [2], "float64")],
        "normal, not contiguous": [("randnTransposed", [7, 5], "float32"), ("randnTransposed", [2, 3], "float32")],
        "integers": [("randint", 0, 10, [20]), ("randint", -5, 2**31, [20]), ("randint", 0, 2**32, [10]), ("randint", -(2**40), 2**40, [10]), ("randint", 0, 2**28, [10]), ("randintUint8", 0, 256, [10])],
        "permutations": [("randperm", 10), ("randperm", 1), ("randperm", 0), ("randperm", 1000)],
        "trials": [("bernoulli_", [50], 0.3), ("bernoulli", probabilities, "float32"), ("bernoulli", probabilities, "float64"), ("bernoulli_", [4, 5], 0.5), ("bernoulli_", [3], 1.0)],
        "positions": [("multinomial", [0.1, 0.2, 0.3, 0.4], 3, False), ("multinomial", [0.1, 0.2, 0.3, 0.4], 20, True), ("multinomial", [4.0, 0.0, 1.0], 1, False),
                      ("multinomial", [[0.1, 0.2, 0.3, 0.4], [4.0, 3.0, 2.0, 1.0]], 4, False), ("multinomial", [[0.1, 0.9], [4.0, 3.0]], 5, True),
                      ("multinomialOfDraws", 40, 300, True), ("multinomialOfDraws", 40, 40, False)],
    }
    cases = []
    for seed, (name, draws) in enumerate(sequences.items()):
        torch.manual_seed(seed)
        results = [{"call": call, "args": list(args), "result": encode(runs[call](*args))} for call, *args in draws]
        cases.append({"name": name, "seed": str(seed), "draws": results})
    for name, call, *args in [
        ("a million uniform float32", "rand", [1_000_000], "float32"),
        ("a million uniform float64", "rand", [1_000_000], "float64"),
        ("a million uniform float32 in a range", "uniform_", [1_000_000], "float32", -0.3, 0.7),
        ("a million uniform float64 in a range", "uniform_", [1_000_000], "float64", -0.3, 0.7),
        ("a million normal float32", "randn", [1_000_003], "float32"),
        ("a hundred thousand normal float32 of another mean", "normal_", [100_000], "float32", 0.3, 1.7),
        ("a permutation of a hundred thousand", "randperm", 100_000),
    ]:
        seed = 100 + len(cases)
        torch.manual_seed(seed)
        cases.append({"name": name, "seed": str(seed), "draws": [{"call": call, "args": list(args), "crc": crc(runs[call](*args))}]})
    for seed in [2**32 + 5, -5, 2**63, 2**64 - 1]:
        generator = torch.Generator()
        generator.manual_seed(seed)
        cases.append({"name": f"seed {seed}", "seed": str(seed), "initialSeed": str(generator.initial_seed()),
                      "draws": [{"call": "rand", "args": [[3], "float32"], "result": encode(torch.rand(3, generator=generator))}]})
    generator = torch.Generator()
    cases.append({"name": "a new generator", "initialSeed": str(generator.initial_seed()),
                  "draws": [{"call": "rand", "args": [[3], "float32"], "result": encode(torch.rand(3, generator=generator))}]})
    for name, count in [("a state with a spare normal", 3), ("a state without", 2)]:
        torch.manual_seed(77)
        torch.randn(count)
        cases.append({"name": name, "seed": "77", "before": count, "state": encode(torch.get_rng_state()),
                      "draws": [{"call": "randn", "args": [[700], "float32"], "result": encode(torch.cat([torch.randn(7) for _ in range(100)]))}]})
    return cases


# ---- What is refused

def refusals():
    """The error PyTorch raises for each; the test makes the same call under the same name."""
    ones = torch.ones
    empty = torch.zeros(0, 3)
    leaf = torch.ones(2, requires_grad=True)
    pad = torch.nn.functional.pad
    calls = {
        "add: shapes that do not broadcast": lambda: ones(2, 3) + ones(2),
        "sub: bools": lambda: ones(2, dtype=torch.bool) - ones(2, dtype=torch.bool),
        "sub: bools from floats": lambda: ones(2) - ones(2, dtype=torch.bool),
        "sub: integers from bools": lambda: ones(2, dtype=torch.bool) - torch.tensor([1, 2]),
        "sub: true": lambda: ones(2) - True,
        "sub_: bools from floats": lambda: ones(2).sub_(ones(2, dtype=torch.bool)),
        "neg: bools": lambda: -ones(2, dtype=torch.bool),
        "pow: integers to a negative power": lambda: torch.tensor([2]).pow(-1),
        "add_: shapes that do not fit": lambda: ones(2).add_(ones(3, 2)),
        "add_: floats into integers": lambda: torch.tensor([1]).add_(1.5),
        "add_: floats with a history into integers": lambda: torch.tensor([1, 2]).add_(leaf),
        "add_: an integer into bools": lambda: ones(2, dtype=torch.bool).add_(1),
        "mul_: integers into bools": lambda: ones(2, dtype=torch.bool).mul_(torch.tensor([2, 3])),
        "mul_: a scalar of integers into bools": lambda: ones(2, dtype=torch.bool).mul_(torch.tensor(2)),
        "div_: a quotient into integers": lambda: torch.tensor([1]).div_(2),
        "copy_: shapes that do not fit": lambda: ones(2).copy_(ones(3)),
        "add_: an expanded view": lambda: ones(1).expand(3).add_(2),
        "uniform_: an expanded view": lambda: ones(1).expand(3).uniform_(),
        "in place on what requires gradients": lambda: leaf.mul_(2),
        "requiresGrad of integers": lambda: torch.tensor([1]).requires_grad_(),
        "clamp without limits": lambda: ones(2).clamp(),
        "where: a condition of numbers": lambda: torch.where(ones(2), ones(2), ones(2)),
        "item of two": lambda: ones(2).item(),
        "item of none": lambda: ones(0).item(),
        "iterating a scalar": lambda: list(torch.tensor(1.0)),
        "select: out of range": lambda: ones(2).select(0, 2),
        "select: no such dim": lambda: ones(2).select(1, 0),
        "select: of a scalar": lambda: torch.tensor(1.0).select(0, 0),
        "at: out of range": lambda: ones(2, 3)[1, 3],
        "slice: a step of 0": lambda: ones(2)[::0],
        "narrow: too long": lambda: ones(3).narrow(0, 2, 2),
        "narrow: start out of range": lambda: ones(3).narrow(0, 4, 0),
        "narrow: a negative length": lambda: ones(3).narrow(0, 0, -1),
        "view: another number of elements": lambda: ones(2, 3).view(4),
        "view: strides that need a copy": lambda: ones(2, 3).t().view(6),
        "view: two sizes to infer": lambda: ones(2, 3).view(-1, -1),
        "view: a size that cannot be inferred": lambda: empty.view(-1, 0),
        "reshape: another number of elements": lambda: ones(2, 3).reshape(4, -1),
        "flatten: end before start": lambda: ones(2, 3).flatten(1, 0),
        "t: three dimensions": lambda: ones(2, 3, 4).t(),
        "transpose: no such dim": lambda: ones(2, 3).transpose(0, 2),
        "permute: a dim twice": lambda: ones(2, 3).permute(0, 0),
        "permute: too few dims": lambda: ones(2, 3).permute(0),
        "squeeze: no such dim": lambda: ones(2, 3).squeeze(2),
        "unsqueeze: no such dim": lambda: ones(2, 3).unsqueeze(4),
        "expand: a size that is not 1": lambda: ones(2, 3).expand(4, 3),
        "expand: fewer dims": lambda: ones(2, 3).expand(3),
        "asStrided: out of the storage": lambda: ones(4).as_strided((2, 3), (2, 1)),
        "asStrided: a negative stride": lambda: ones(4).as_strided((2,), (-1,)),
        "cat: nothing": lambda: torch.cat([]),
        "cat: scalars": lambda: torch.cat([torch.tensor(1.0), torch.tensor(2.0)]),
        "cat: sizes that differ": lambda: torch.cat([ones(2, 3), ones(2, 4)]),
        "cat: dimensions that differ": lambda: torch.cat([ones(2, 3), ones(2)]),
        "stack: nothing": lambda: torch.stack([]),
        "stack: shapes that differ": lambda: torch.stack([ones(2), ones(3)]),
        "split: sizes that do not sum up": lambda: ones(5).split([2, 2]),
        "split: a size of 0": lambda: ones(5).split(0),
        "chunk: no chunks": lambda: ones(5).chunk(0),
        "unbind: a scalar": lambda: torch.tensor(1.0).unbind(),
        "indexSelect: out of range": lambda: ones(3).index_select(0, torch.tensor([3])),
        "indexSelect: a matrix of positions": lambda: ones(3).index_select(0, torch.tensor([[1]])),
        "indexSelect: positions of floats": lambda: ones(3).index_select(0, torch.tensor([1.0])),
        "gather: out of range": lambda: ones(3).gather(0, torch.tensor([-1])),
        "gather: too large an index": lambda: ones(2, 2).gather(0, torch.zeros(1, 3, dtype=torch.int64)),
        "gather: dimensions that differ": lambda: ones(2, 2).gather(0, torch.tensor([1])),
        "matmul: sizes that do not fit": lambda: ones(2, 3) @ ones(2, 3),
        "matmul: a scalar": lambda: ones(2, 3) @ torch.tensor(1.0),
        "matmul: batches that do not broadcast": lambda: ones(2, 2, 3) @ ones(3, 3, 2),
        "matmul: dtypes that differ": lambda: ones(2, 3) @ ones(3, 2, dtype=torch.float64),
        "matmul: bools": lambda: ones(2, 2, dtype=torch.bool) @ ones(2, 2, dtype=torch.bool),
        "linear: sizes that do not fit": lambda: torch.nn.functional.linear(ones(2, 3), ones(4, 2)),
        "linear: a bias of another size": lambda: torch.nn.functional.linear(ones(2, 3), ones(4, 3), ones(3)),
        "sum: no such dim": lambda: ones(2).sum(1),
        "sum: a dim twice": lambda: ones(2, 3).sum([0, -2]),
        "mean: integers": lambda: torch.tensor([1, 2]).mean(),
        "max: no elements": lambda: empty.max(),
        "max: a dim of no positions": lambda: empty.max(0),
        "argmax: no elements": lambda: empty.argmax(),
        "argmin: a dim of no positions": lambda: empty.argmin(0),
        "softmax: no such dim": lambda: ones(2).softmax(1),
        "softmax: integers": lambda: torch.tensor([1, 2]).softmax(0),
        "flip: no such dim": lambda: ones(2, 3).flip(2),
        "flip: a dim twice": lambda: ones(2, 3).flip(0, -2),
        "repeat: too few counts": lambda: ones(2, 3).repeat(2),
        "repeat: a negative count": lambda: ones(2, 3).repeat(-1, 2),
        "topk: more than there are": lambda: ones(2, 3).topk(4),
        "topk: less than none": lambda: ones(2, 3).topk(-1),
        "topk: no such dim": lambda: ones(2, 3).topk(1, 2),
        "topk: bools": lambda: ones(2, dtype=torch.bool).topk(1),
        "topk: two of a scalar": lambda: torch.tensor(1.0).topk(2),
        "cumsum: no such dim": lambda: ones(2, 3).cumsum(2),
        "pad: half a pair": lambda: pad(ones(2, 3), (1,)),
        "pad: more pairs than dimensions": lambda: pad(ones(2, 3), (1,) * 6),
        "pad: more cut off than there is": lambda: pad(ones(2, 3), (-2, -2)),
        "pad: more cut off at one side than there is": lambda: pad(ones(2, 3), (-5, 9)),
        "pad: no such mode": lambda: pad(ones(2, 3), (1, 1), mode="edge"),
        "pad: a value that is not used": lambda: pad(ones(2, 3), (1, 1), mode="reflect", value=3),
        "pad: a value that does not fit": lambda: pad(torch.ones(2, dtype=torch.uint8), (1, 1), value=300),
        "pad: reflection of too little": lambda: pad(ones(2, 3), (3, 0), mode="reflect"),
        "pad: reflection of a vector": lambda: pad(ones(5), (1, 1), mode="reflect"),
        "pad: replication of a vector": lambda: pad(ones(5), (1, 1), mode="replicate"),
        "pad: reflection of every dimension": lambda: pad(ones(2, 3), (1, 1, 1, 1), mode="reflect"),
        "pad: reflection of the last of four": lambda: pad(ones(1, 2, 3, 4), (1, 1), mode="reflect"),
        "pad: replication of nothing": lambda: pad(ones(2, 0), (1, 1), mode="replicate"),
        "pad: replication of no channels": lambda: pad(ones(0, 3), (1, 1), mode="replicate"),
        "pad: reflection that leaves nothing": lambda: pad(ones(2, 3), (-2, -1), mode="reflect"),
        "pad: replication of bools": lambda: pad(ones(2, 3, dtype=torch.bool), (1, 1), mode="replicate"),
        "pad: a scalar": lambda: pad(torch.tensor(1.0), (1, 1)),
        "tensor: ragged": lambda: torch.tensor([[1.0], [1.0, 2.0]]),
        "tensor: a number among arrays": lambda: torch.tensor([[1.0], 2.0]),
        "tensor: text": lambda: torch.tensor("1"),
        "zeros: a negative size": lambda: torch.zeros(-1),
        "arange: a step of 0": lambda: torch.arange(0, 3, 0),
        "arange: a step away from the end": lambda: torch.arange(0, 3, -1),
        "allclose: dtypes that differ": lambda: torch.allclose(ones(1), ones(1, dtype=torch.float64)),
    }
    cases = []
    for name, call in calls.items():
        try:
            call()
        except Exception as error:
            kinds = (RuntimeError, IndexError, ValueError, TypeError)
            kind = next(kind for kind in kinds if isinstance(error, kind))
            cases.append({"name": name, "error": kind.__name__, "message": str(error).split("\n")[0]})
        else:
            raise AssertionError(f"PyTorch accepts {name}")
    return cases


# ---- Rounding once

def fused():
    """C's own fma, of operands drawn at random and of sums that lie next to a tie."""
    libm = ctypes.CDLL("libm.so.6")
    libm.fma.restype, libm.fma.argtypes = ctypes.c_double, [ctypes.c_double] * 3
    libm.fmaf.restype, libm.fmaf.argtypes = ctypes.c_float, [ctypes.c_float] * 3
    cases = []
    for name, run, dtype, digits in [("fma32", libm.fmaf, torch.float32, 23), ("fma64", libm.fma, torch.float64, 52)]:
        a, b, c = (torch.randn(300, dtype=dtype) * 2.0 ** torch.randint(-30, 30, (300,)).to(dtype) for _ in range(3))
        c[:100] = -(a[:100] * b[:100])
        ulp = 2.0**-digits
        for n, sign in itertools.product((0, 1, 2, 3), (1, -1)):
            # c is n ulp above 1; a*b is half an ulp or, by the last of all its bits, less.
            near = torch.tensor([1.0, 1 - ulp, 1 + ulp, 1 - 2 * ulp, 1 + 2 * ulp], dtype=dtype)
            a = torch.cat([a, near * ulp / 2])
            b = torch.cat([b, sign * (2 - near)])
            c = torch.cat([c, torch.full((5,), sign * (1 + n * ulp), dtype=dtype)])
        result = torch.tensor([run(*map(float, each)) for each in zip(a, b, c)], dtype=dtype)
        cases.append({"name": name, "a": encode(a), "b": encode(b), "c": encode(c), "result": encode(result)})
    return cases


def main():
    torch.manual_seed(5)
    ops = Operations()
    for group in (arithmetic, unary, conversions, views, joins, reductions, products, creation):
        group(ops)
    # Later fixtures keep their draws.
    with torch.random.fork_rng():
        vectors(ops)
        rearrangements(ops)
    write_fixture("tensor_operations", ops.cases)
    write_fixture("tensor_promotion", promotion())
    write_fixture("tensor_printing", printing())
    write_fixture("tensor_random", seeded())
    write_fixture("tensor_errors", refusals())
    write_fixture("tensor_fma", fused())
    with torch.random.fork_rng():
        write_fixture("tensor_unsigned", unsigned())
    write_fixture("tensor_unsigned_promotion", unsigned_promotion())
