"""PyTorch's side of live parity: answers the requests of src/oracle.ts until its input ends.

A frame, in both directions: uint32 length of the header, uint32 length of the tensors, the header in JSON, the bytes
of the tensors one behind the other. In the header a tensor stands as {"tensor": [dtype, shape, offset]}.
"""
import inspect
import json
import re
import struct
import sys
import traceback
import typing
import warnings
import zlib

import torch
from torch import nn
from torch.nn.utils import rnn as packing

# Printing to stdout must not end up in a frame.
frames, sys.stdout = sys.stdout.buffer, sys.stderr


# Values


def dtype_of(name):
    return getattr(torch, name)


def snake(name):
    """numLayers -> num_layers"""
    return re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), name)


def keywords(options):
    """Options as keyword arguments; a dtype is a word in JSON."""
    given = {snake(name): value for name, value in options.items()}
    if isinstance(given.get("dtype"), str):
        given["dtype"] = dtype_of(given["dtype"])
    return given


def crc(tensor):
    return zlib.crc32(tensor.detach().contiguous().numpy().tobytes())


def drawn(draw):
    """A tensor as a plan describes it: uniform draws, then values at some places."""
    if draw is None:
        return None
    if isinstance(draw, list):
        return tuple(drawn(part) for part in draw)
    result = torch.zeros(draw["shape"], dtype=dtype_of(draw["dtype"]))
    if result.is_floating_point():
        result.uniform_(-draw["scale"], draw["scale"])
    for at, value in draw.get("specials", []):
        if result.numel() > 0:
            result.view(-1)[at % result.numel()] = float(value)
    return result


def flat(value):
    """The tensors of a result, in order."""
    if value is None or isinstance(value, torch.Tensor):
        return [value]
    return [tensor for part in value for tensor in flat(part)]


# Running plans. What happens up to an error is told along with it.


class Run:
    def __init__(self):
        self.stage = "construct"
        self.result = {"printed": [], "exact": [], "tensors": [], "texts": [], "gradients": [], "warnings": 0, "error": None}

    def tensors(self, value):
        found = [tensor if tensor is None else tensor.detach() for tensor in flat(value)]
        self.result["tensors"] += found
        self.result["texts"] += [str(tensor) for tensor in found]


def running(steps):
    def handler(request):
        run = Run()
        with warnings.catch_warnings(record=True) as caught, torch.no_grad():
            warnings.simplefilter("always")
            try:
                steps(run, request["plan"])
            except Exception as error:
                run.result["error"] = {"class": type(error).__name__, "stage": run.stage, "message": str(error)}
        # Only those about arguments: others are shown once a process.
        run.result["warnings"] = len([each for each in caught if "dropout option" in str(each.message)])
        return run.result

    return handler


def construct(plan):
    cls = getattr(nn, plan["name"])
    return cls(*plan["args"], **keywords(plan["options"]))


def attributes_of(module):
    """What a module knows of its options, as JavaScript would write it."""
    known = {name: value for name, value in vars(module).items() if not name.startswith("_") and name != "training"}
    whole = {name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in known.items()}
    return json.dumps({name: whole[name] for name in sorted(whole)}, separators=(",", ":"))


def run_module(run, plan):
    torch.manual_seed(plan["seed"])
    module = construct(plan["construct"])
    run.result["printed"] += [repr(module), attributes_of(module)]
    run.result["exact"] += [[name, crc(tensor)] for name, tensor in module.state_dict().items()]
    module.train(plan["training"])
    if plan["input"] is None:
        return
    run.stage = "forward"
    x, hx = drawn(plan["input"]), drawn(plan["hx"])
    back = plan["backward"]
    leaves = [] if back is None else leaves_of(module, x, hx, back)
    with torch.set_grad_enabled(back is not None):
        rows = x
        if plan["pack"] is not None:
            run.stage = "pack"
            x = packing.pack_padded_sequence(x, **keywords(plan["pack"]))
            rows = x.data
            run.stage = "forward"
        result = module(x) if hx is None else module(x, hx)
        run.tensors(result)
        if back is not None:
            run.stage = "backward"
            run_backward(module, x, rows, result, leaves, back)
            run.result["gradients"] += [[name, leaf.grad] for name, leaf in leaves]


def leaves_of(module, x, hx, back):
    """The tensors whose gradients are compared, each told whether it requires them."""
    x.requires_grad_(back["input"])
    states = [] if hx is None else flat(hx)
    for state, requires in zip(states, back["states"]):
        state.requires_grad_(requires)
    for name, parameter in module.named_parameters():
        parameter.requires_grad_(name not in back["frozen"])
    return [("input", x), *zip(("h0", "c0"), states), *module.named_parameters()]


def run_backward(module, x, rows, result, leaves, back):
    loss, fault = loss_of(result, back), back["fault"]
    if back["order"] == 2:
        loss = loss_of_gradients(loss, leaves)
    if fault in ("input changed", "weight changed"):
        with torch.no_grad():
            changed = rows if fault == "input changed" else next(p for name, p in module.named_parameters() if "weight_hh" in name)
            changed.add_(1)
    loss.backward()
    if fault == "backward twice":
        loss.backward()
    if fault == "state not detached for the next step":
        state = result if isinstance(module, nn.modules.rnn.RNNCellBase) else result[1]
        loss_of(module(x, state), back).backward()


def loss_of(result, back):
    parts = flat(tuple(part.data if isinstance(part, packing.PackedSequence) else part for part in result) if isinstance(result, tuple) else result)
    loss = 0
    for part, use in zip(parts, back["loss"]):
        if use != "nothing":
            loss = loss + (part.sum() if use == "sum" else weighted(part))
    return loss


def loss_of_gradients(loss, leaves):
    wanted = [leaf for _, leaf in leaves if leaf.requires_grad]
    if not wanted:
        return loss
    return sum(weighted(g) for g in torch.autograd.grad(loss, wanted, create_graph=True, allow_unused=True) if g is not None)


def weighted(part):
    return (part * torch.zeros(part.shape, dtype=part.dtype).uniform_(-1, 1)).sum()


def run_packing(run, plan):
    torch.manual_seed(plan["seed"])
    sequences = [drawn(draw) for draw in plan["sequences"]]
    run.stage = "padSequence"
    padded = packing.pad_sequence(sequences, **keywords(plan["pad"]))
    run.tensors(padded)
    run.stage = "packSequence"
    packed = packing.pack_sequence(sequences, **keywords(plan["pack"]))
    run.tensors(packed)
    run.result["printed"].append(str(packed))
    run.stage = "padPackedSequence"
    run.tensors(packing.pad_packed_sequence(packed, **keywords(plan["padPacked"])))
    run.stage = "unpackSequence"
    run.tensors(packing.unpack_sequence(packed))
    run.stage = "packPaddedSequence"
    run.tensors(packing.pack_padded_sequence(padded, plan["lengths"], **keywords(plan["packPadded"])))
    run.stage = "unpadSequence"
    # A copy: PyTorch transposes its input in place.
    run.tensors(packing.unpad_sequence(padded.clone(), torch.tensor(plan["lengths"]), **keywords(plan["unpad"])))
    run.stage = "invertPermutation"
    run.tensors(packing.invert_permutation(packed.sorted_indices))


def run_state_dict(run, plan):
    torch.manual_seed(plan["seed"])
    source, target = construct(plan["source"]), construct(plan["target"])
    state = {plan["rename"].get(name, name): tensor for name, tensor in source.state_dict().items()}
    run.stage = "loadStateDict"
    missing, unexpected = target.load_state_dict(state, **keywords(plan["load"]))
    run.result["printed"] += [",".join(missing), ",".join(unexpected)]
    run.tensors(list(target.state_dict().values()))


# Seeded draws


def drawn_by(request):
    """One draw of src/draws.ts from the default generator."""
    op, shape, args = request["op"], request["shape"], request["args"]
    dtype, options = dtype_of(request["dtype"]), request["options"]
    if op == "rand":
        return torch.rand(shape, dtype=dtype)
    if op == "randn":
        return torch.randn(shape, dtype=dtype)
    if op in ("uniform_", "normal_", "bernoulli_"):
        return getattr(torch.empty(shape, dtype=dtype), op)(*args)
    if op == "transposed normal_":
        return torch.empty(shape, dtype=dtype).t().normal_(*args)
    if op == "bernoulli":
        return torch.bernoulli(torch.rand(shape, dtype=dtype))
    if op == "randint":
        return torch.randint(*args, shape, dtype=dtype)
    if op == "randperm":
        return torch.randperm(*args, dtype=dtype)
    if op == "multinomial":
        return torch.multinomial(torch.rand(shape, dtype=dtype), *args, **options)
    if op == "dropout":
        return nn.Dropout(*args)(torch.ones(shape, dtype=dtype))
    if op == "module":
        return list(construct(request).state_dict().values())
    return getattr(nn.init, snake(op))(torch.empty(shape, dtype=dtype), **keywords(options))


def draws(request):
    """The draws one behind the other, and the state of the generator after them."""
    if request["state"] is None:
        torch.manual_seed(request["seed"])
    else:
        torch.set_rng_state(torch.tensor(request["state"], dtype=torch.uint8))
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [tensor.flatten() for _ in range(request["repeat"]) for tensor in flat(drawn_by(request))]
    return {"values": torch.cat(found), "state": torch.get_rng_state()}


# Long sequences


def long_run(request):
    """The outputs of a long sequence in float32 and in float64, from the same float32 weights and input."""
    torch.manual_seed(request["seed"])
    module = construct(request["construct"])
    x = torch.empty(request["shape"]).uniform_(-1, 1)
    with torch.no_grad():
        single = module(x)[0]
        double = module.double()(x.double())[0]
    return {"single": single, "double": double}


def orthogonal(request):
    """orthogonal_ with one thread and with two, and exactly: the QR decomposition of its draws in float64."""
    shape, threads = request["shape"], torch.get_num_threads()
    answer = {}
    for count in (1, 2):
        torch.set_num_threads(count)
        torch.manual_seed(request["seed"])
        answer[f"of{count}"] = torch.nn.init.orthogonal_(torch.empty(shape))
    torch.set_num_threads(threads)
    torch.manual_seed(request["seed"])
    drawn = torch.empty(shape).normal_().double()
    wide = shape[0] < shape[1]
    q, r = torch.linalg.qr(drawn.t() if wide else drawn)
    q = q * torch.diag(r).sign()
    return {**answer, "exact": (q.t() if wide else q).contiguous()}


# The API, for the conformance table


def parameters_of(function, optional=False):
    """Names of the parameters, or only of those that may be left out."""
    try:
        found = inspect.signature(function).parameters.values()
    except ValueError:
        return []
    named = [each for each in found if each.name not in ("self", "args", "kwargs")]
    return [each.name for each in named if not optional or each.default is not each.empty]


def constructor_parameters(cls):
    """The signature of the overload with names, where there are overloads."""
    functions = [getattr(cls, name) for name in ("__init__", "__new__") if inspect.isfunction(getattr(cls, name))]
    for function in [*(each for function in functions for each in typing.get_overloads(function)), *functions]:
        found = [name for name in parameters_of(function) if name not in ("cls", "_cls")]
        if found:
            return found
    return []


def describe_class(sample):
    cls, members = type(sample), {}
    parameters = [name for name, _ in sample.named_parameters()] if isinstance(sample, nn.Module) else []
    for name in sorted({*dir(cls), *getattr(sample, "__dict__", {}), *parameters}):
        if name.startswith("_"):
            continue
        value = getattr(cls, name, None)
        owner = next((base.__name__ for base in cls.__mro__ if name in vars(base)), cls.__name__)
        kind = "parameter" if name in parameters else "method" if callable(value) else "attribute"
        options = parameters_of(value, optional=True) if kind == "method" else []
        members[name] = {"kind": kind, "owner": owner, "options": options}
    return {"constructor": constructor_parameters(cls), "members": members}


def introspect(_request):
    samples = {
        "RNNBase": nn.RNNBase("LSTM", 2, 3),
        "RNN": nn.RNN(2, 3, bidirectional=True),
        "LSTM": nn.LSTM(2, 3, bidirectional=True, proj_size=1),
        "GRU": nn.GRU(2, 3, bidirectional=True),
        "RNNCellBase": nn.modules.rnn.RNNCellBase(2, 3, True, 1),
        "RNNCell": nn.RNNCell(2, 3),
        "LSTMCell": nn.LSTMCell(2, 3),
        "GRUCell": nn.GRUCell(2, 3),
        "PackedSequence": packing.pack_sequence([torch.ones(2)]),
    }
    exported = [*nn.modules.rnn.__all__, *packing.__all__]
    functions = {
        name: parameters_of(getattr(packing, name), optional=True) for name in exported if name not in samples
    }
    return {
        "torch": torch.__version__,
        "classes": {name: describe_class(samples[name]) for name in exported if name in samples},
        "functions": functions,
    }


def hello(_request):
    torch.manual_seed(0)
    dropped = torch.dropout(torch.ones(1000), 0.5, True) > 0
    torch.manual_seed(0)
    own = torch.rand(1000, dtype=torch.float64) < 0.5
    return {"torch": torch.__version__, "python": sys.version.split()[0], "drawsDropoutItself": torch.equal(dropped, own)}


handlers = {
    "hello": hello,
    "module": running(run_module),
    "packing": running(run_packing),
    "stateDict": running(run_state_dict),
    "draws": draws,
    "long": long_run,
    "orthogonal": orthogonal,
    "introspect": introspect,
}


# Frames


def read_frame():
    lengths = sys.stdin.buffer.read(8)
    if len(lengths) < 8:
        return None
    header, tensors = struct.unpack("<II", lengths)
    request = json.loads(sys.stdin.buffer.read(header))
    sys.stdin.buffer.read(tensors)
    return request


def write_frame(answer):
    parts, offset = [], 0

    def encode(value):
        nonlocal offset
        if isinstance(value, torch.Tensor):
            data = value.detach().contiguous().numpy().tobytes()
            entry = {"tensor": [str(value.dtype).removeprefix("torch."), list(value.shape), offset]}
            # Typed arrays begin at multiples of their elements' size.
            padding = -len(data) % 8
            parts.append(data + bytes(padding))
            offset += len(data) + padding
            return entry
        raise TypeError(f"no JSON for {type(value)}")

    header = json.dumps(answer, default=encode).encode()
    frames.write(struct.pack("<II", len(header), offset) + header)
    for part in parts:
        frames.write(part)
    frames.flush()


def main():
    # Alone on a thread, so that sums are taken in one order.
    torch.set_num_threads(1)
    while (request := read_frame()) is not None:
        try:
            write_frame({"answer": handlers[request["ask"]](request)})
        except Exception:
            write_frame({"failure": traceback.format_exc()})


main()
