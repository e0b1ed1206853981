"""torch.nn around the recurrent layers: init functions, the layers, containers, order of names, printing."""
import torch
from common import encode, encode_state, write_fixture
from torch import nn


def init_case(function, shape, dtype=torch.float32, seed=0, **options):
    """What a seed makes of a tensor, and the draw that follows it."""
    torch.manual_seed(seed)
    tensor = getattr(nn.init, function)(torch.empty(shape, dtype=dtype), **options)
    return {
        "name": f"{function} of {tuple(shape)} {str(dtype)[6:]} {options}",
        "function": function,
        "seed": seed,
        "options": options,
        "values": encode(tensor),
        "next": encode(torch.rand(2)),
    }


def layer_case(kind, arguments, inputs, seed=0, **options):
    """A new layer after a seed, and its outputs. PyTorch draws dropout through MKL on Intel's processors; not here."""
    torch.manual_seed(seed)
    layer = getattr(nn, kind)(*arguments, **options)
    return {
        "name": f"{layer} after manual_seed({seed})",
        "module": kind,
        "seed": seed,
        "arguments": arguments,
        "options": {key: str(value)[6:] if key == "dtype" else value for key, value in options.items()},
        "weights": encode_state(layer),
        "inputs": [encode(x) for x in inputs],
        "outputs": [encode(layer(x)) for x in inputs],
        "next": encode(torch.rand(2)),
    }


def plain(value):
    """An option as JSON holds it."""
    return str(value)[6:] if isinstance(value, torch.dtype) else value


def call_case(kind, arguments, inputs, training=True, seed=0, state=None, **options):
    """A new layer after a seed, what it prints, and for each input its outputs and the buffers it has afterwards."""
    torch.manual_seed(seed)
    layer = getattr(nn, kind)(*arguments, **options).train(training)
    drawn = encode_state(layer)
    if state:
        layer.load_state_dict({key: torch.tensor(value, dtype=layer.state_dict()[key].dtype) for key, value in state.items()}, strict=False)
    calls = []
    for x in inputs:
        with torch.no_grad():
            y = layer(x)
        calls.append({
            "input": encode(x),
            "outputs": [encode(t) for t in (y if isinstance(y, tuple) else (y,))],
            "buffers": {key: encode(value) for key, value in layer.named_buffers()},
        })
    shapes = " ".join(str(tuple(x.shape)) for x in inputs)
    return {
        "name": f"{layer} {'training' if training else 'eval'} of {shapes} {str(inputs[0].dtype)[6:]}",
        "printed": str(layer),
        "module": kind,
        "arguments": arguments,
        "options": {key: plain(value) for key, value in options.items()},
        "training": training,
        "seed": seed,
        "state": state,
        "weights": drawn,
        "calls": calls,
    }


def around_cases():
    """The layers that models around a recurrent one have, with odd sizes."""
    f64 = torch.float64
    torch.manual_seed(2)
    x, deep, doubles = torch.randn(3, 7), torch.randn(2, 3, 5), torch.randn(3, 5, dtype=f64) * 3
    special = torch.tensor([[0.0, -0.0, float("inf"), -float("inf"), float("nan"), 1e-30, -88.0]])
    whole = torch.tensor([[-2, 0, 5]])
    for kind in ("ReLU", "Tanh", "Sigmoid"):
        yield call_case(kind, [], [x, deep, doubles, special, whole, torch.zeros(0, 3), torch.tensor(-0.5)])
    yield call_case("ReLU", [], [x.clone()], inplace=True)
    for dim in (0, 1, -1):
        yield call_case("LogSoftmax", [], [x * 5, deep, doubles], dim=dim)
    for arguments, inputs in (
        ([], [deep, x, torch.randn(2, 3, 1, 4), torch.zeros(0, 3, 2)]),
        ([0], [deep, torch.tensor(3.0)]),
        ([0, 1], [deep]),
        ([-2], [deep]),
    ):
        yield call_case("Flatten", arguments, inputs)
    yield call_case("Identity", [], [x])

    weight = [round(0.5 + 0.25 * i, 2) for i in range(7)]
    bias = [round(0.1 * i - 0.3, 1) for i in range(7)]
    affine = {"weight": weight, "bias": bias}
    yield call_case("LayerNorm", [7], [x, torch.randn(2, 3, 7) * 100 + 1000, torch.randn(7), torch.zeros(0, 7), torch.ones(2, 7)], state=affine)
    yield call_case("LayerNorm", [7], [x], state={"weight": weight}, bias=False, eps=1e-3)
    yield call_case("LayerNorm", [[3, 5]], [deep, torch.randn(3, 5)], eps=1e-12)
    yield call_case("LayerNorm", [5], [deep, doubles], elementwise_affine=False)
    yield call_case("LayerNorm", [5], [doubles], dtype=f64)
    yield call_case("LayerNorm", [1], [torch.randn(4, 1)])

    stats = {**affine, "running_mean": [0.5 * i for i in range(7)], "running_var": [1 + 0.5 * i for i in range(7)]}
    batches = [torch.randn(5, 7), torch.randn(3, 7, 11) * 3 + 2, torch.randn(1, 7, 2), torch.zeros(0, 7)]
    for training in (True, False):
        yield call_case("BatchNorm1d", [7], batches, training, state=stats)
        yield call_case("BatchNorm1d", [7], batches[:3], training, momentum=None, eps=1e-3)
        yield call_case("BatchNorm1d", [7], batches[:2], training, affine=False, momentum=0.25)
        yield call_case("BatchNorm1d", [7], batches[:2], training, track_running_stats=False, bias=False)
    yield call_case("BatchNorm1d", [3], [torch.randn(4, 3, dtype=f64)], dtype=f64)

    sequence = torch.randn(3, 4, 17)
    for arguments, options in (
        ([4, 6, 3], {}),
        ([4, 6, 5], {"stride": 3, "padding": 2, "bias": False}),
        ([4, 6, 4], {"dilation": 3, "padding": 5}),
        ([4, 6, 3], {"padding": "same", "dilation": 2}),
        ([4, 6, 4], {"padding": "same"}),
        ([4, 6, 3], {"padding": "valid", "stride": 2}),
        ([4, 6, 3], {"groups": 2, "padding": 1}),
        ([4, 8, 5], {"groups": 4, "padding": 4, "dilation": 2}),
        ([4, 1, 1], {}),
        ([4, 5, 3], {"padding": 3, "padding_mode": "reflect"}),
        ([4, 5, 4], {"padding": "same", "padding_mode": "reflect", "dilation": 3}),
        ([4, 5, 3], {"padding": 20, "padding_mode": "replicate", "stride": 2}),
        ([4, 5, 3], {"padding": 17, "padding_mode": "circular"}),
        ([4, 5, 3], {"padding": "same", "padding_mode": "circular", "groups": 1}),
        ([4, 3, 9], {"padding": 4}),
    ):
        yield call_case("Conv1d", arguments, [sequence, sequence[0], torch.zeros(0, 4, 17)], **options)
    yield call_case("Conv1d", [4, 6, 3], [sequence.double(), sequence[1].double()], dtype=f64, padding=1)
    yield call_case("Conv1d", [1, 3, 16], [torch.randn(2, 1, 203)], stride=5)
    # More rows than are multiplied at once.
    yield call_case("Conv1d", [70, 5, 9], [torch.randn(1, 70, 130)], padding=4)

    ties = torch.tensor([[1.0, 1, 3, 3, float("nan"), 2, float("nan"), float("nan"), -1, -float("inf"), -float("inf")]])
    for arguments, options in (
        ([3], {}),
        ([2], {"stride": 3}),
        ([3], {"stride": 2, "padding": 1}),
        ([4], {"stride": 3, "padding": 2, "ceil_mode": True}),
        ([3], {"dilation": 2, "padding": 1}),
        ([5], {"stride": 2, "padding": 2, "dilation": 2, "ceil_mode": True}),
        ([3], {"stride": 5, "ceil_mode": True}),
        ([1], {"stride": 2, "ceil_mode": True}),
    ):
        for indices in (False, True):
            yield call_case("MaxPool1d", arguments, [sequence, sequence[0], ties, torch.zeros(0, 4, 17)], return_indices=indices, **options)
    yield call_case("MaxPool1d", [3], [sequence.double()], stride=1)
    yield call_case("MaxPool1d", [3], [torch.arange(14, dtype=torch.int32).reshape(1, 2, 7)], stride=1, return_indices=True)


def error_case(kind, arguments, shape=None, dtype=torch.float32, **options):
    """Which error PyTorch raises, when the layer is made or run."""
    error = None
    try:
        layer = getattr(nn, kind)(*arguments, **options)
        if shape is not None:
            layer(torch.zeros(shape, dtype=dtype))
    except Exception as raised:
        error = raised
    if error is None:
        raise AssertionError(f"{kind}({arguments}, {options}) of {shape} raises nothing")
    given = ", ".join([*map(repr, arguments), *(f"{key}={value!r}" for key, value in options.items())])
    return {
        "name": f"{kind}({given})" + ("" if shape is None else f" of {tuple(shape)} {plain(dtype)}"),
        "module": kind,
        "arguments": arguments,
        "options": options,
        "shape": shape,
        "dtype": plain(dtype),
        "error": type(error).__name__,
    }


def error_cases():
    """What PyTorch refuses, and by which error."""
    f64, i64 = torch.float64, torch.int64
    for arguments in (["4", 8], [4, "8"], [4.5, 8], [-4, 8], [4, -8]):
        yield error_case("Linear", arguments)
    yield error_case("Linear", [4, 3], [2, 5])
    yield error_case("Linear", [4, 3], [2, 4], f64)
    for arguments, options in ((["10", 3], {}), ([-1, 3], {}), ([3.5, 3], {}), ([3, 2], {"padding_idx": "a"})):
        yield error_case("Embedding", arguments, **options)
    yield error_case("Embedding", [3, 2], [2])
    for p in ("0.5", 2, -0.1):
        yield error_case("Dropout", [p])
    for kind in ("Softmax", "LogSoftmax"):
        yield error_case(kind, [], [2, 3], dim="1")
        yield error_case(kind, [], [2, 3], dim=1.5)
        yield error_case(kind, [], [2, 3], dim=2)
        yield error_case(kind, [], [2, 3], i64, dim=1)
    yield error_case("ReLU", [], [2], torch.bool)
    for arguments, shape in (([], [3]), ([1, 5], [2, 3]), ([3], [2, 3]), ([2, 1], [1, 2, 3]), (["1"], [2, 3]), ([1.5], [2, 3])):
        yield error_case("Flatten", arguments, shape)
    for arguments in ([-1], ["5"], [5.5], [[3, "4"]]):
        yield error_case("LayerNorm", arguments)
    yield error_case("LayerNorm", [[]], [2, 3])
    yield error_case("LayerNorm", [3], [2, 4])
    yield error_case("LayerNorm", [[2, 3]], [3])
    yield error_case("LayerNorm", [3], [2, 3], f64)
    yield error_case("LayerNorm", [3], [2, 3], i64, elementwise_affine=False)
    yield error_case("LayerNorm", [3], [2, 3], eps="a")
    for arguments in ([-1], ["5"]):
        yield error_case("BatchNorm1d", arguments)
    for shape, dtype in (([2, 4], torch.float32), ([3], torch.float32), ([2, 3, 4, 5], torch.float32), ([1, 3], torch.float32), ([1, 3, 1], torch.float32), ([2, 3], f64), ([2, 3], i64)):
        yield error_case("BatchNorm1d", [3], shape, dtype)
    yield error_case("BatchNorm1d", [3], [1, 3], track_running_stats=False)
    for arguments in ([-3, 4, 5], [3, -4, 5], [3, 4, -1], [3, 4, "5"]):
        yield error_case("Conv1d", arguments)
    for options in (
        {"padding": "x"}, {"padding": "same", "stride": 2}, {"groups": 0}, {"groups": 2}, {"padding_mode": "x"},
        {"groups": 0, "padding": "x", "padding_mode": "y"}, {"groups": 2, "padding": "x"},
    ):
        yield error_case("Conv1d", [3, 4, 5], **options)
    yield error_case("Conv1d", [4, 3, 5], groups=2)
    for options in (
        {"stride": 0}, {"stride": -1}, {"dilation": 0}, {"padding": -1}, {"padding": 6, "padding_mode": "reflect"},
        {"padding": 7, "padding_mode": "circular"},
    ):
        yield error_case("Conv1d", [3, 4, 5], [2, 3, 6], **options)
    yield error_case("Conv1d", [3, 4, 5], [2, 3, 0], padding=9, padding_mode="replicate")
    yield error_case("Conv1d", [3, 4, 7], [2, 3, 6])
    yield error_case("Conv1d", [3, 4, 0], [2, 3, 6])
    for shape, dtype in (([6], torch.float32), ([2, 2, 3, 6], torch.float32), ([2, 4, 6], torch.float32), ([2, 3, 0], torch.float32), ([2, 3, 6], f64), ([2, 3, 6], i64)):
        yield error_case("Conv1d", [3, 4, 5], shape, dtype)
    for arguments, options in (
        ([0], {}), ([-1], {}), (["2"], {}), ([2.5], {}), ([3], {"padding": 2}), ([3], {"padding": -1}), ([3], {"stride": 0}),
        ([3], {"dilation": 0}), ([3], {"dilation": 4}), ([8], {}),
    ):
        yield error_case("MaxPool1d", arguments, [1, 2, 7], **options)
    for shape in ([7], [1, 0, 7], [1, 2, 0], [1, 1, 2, 7]):
        yield error_case("MaxPool1d", [2], shape)
    yield error_case("MaxPool1d", [2], [1, 2, 7], torch.bool)
    yield error_case("ModuleList", [[1]])
    yield error_case("ModuleList", [3])
    yield error_case("ModuleDict", [{"a": 1}])
    yield error_case("ModuleDict", [3])
    yield error_case("Sequential", [3])


class Block(nn.Module):
    """Registers in an order that is not the order of kinds."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.scale = nn.Parameter(torch.ones(3))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self.register_buffer("cache", torch.zeros(2), persistent=False)
        self.register_parameter("shift", None)
        self.second = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Dropout(0.25))
        self.shared = self.first


class Outer(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()
        self.empty = nn.Sequential()
        self.embedding = nn.Embedding(5, 2, padding_idx=-1)

    def extra_repr(self):
        return "two lines\nof extra"


def module_case(name, module):
    return {
        "name": name,
        "printed": str(module),
        "parameters": [key for key, _ in module.named_parameters()],
        "buffers": [key for key, _ in module.named_buffers()],
        "modules": [key for key, _ in module.named_modules()],
        "children": [key for key, _ in module.named_children()],
        "state": list(module.state_dict()),
    }


def main():
    f64 = torch.float64
    write_fixture("nn_init", [
        init_case("uniform_", (3, 5)),
        init_case("uniform_", (4, 5), a=-0.3, b=0.7),
        init_case("uniform_", (4, 5), f64, a=-0.3, b=0.7),
        init_case("normal_", (2, 3), mean=1.0, std=0.1),
        init_case("normal_", (5, 5), mean=1.0, std=0.1),
        init_case("normal_", (5, 5), f64),
        init_case("constant_", (2, 2), val=0.1),
        init_case("ones_", (3,)),
        init_case("zeros_", (3,)),
        init_case("xavier_uniform_", (4, 6), gain=5 / 3),
        init_case("xavier_uniform_", (4, 6, 3), f64),
        init_case("xavier_normal_", (4, 6, 3)),
        init_case("kaiming_uniform_", (4, 6)),
        init_case("kaiming_uniform_", (7, 13), a=5 ** 0.5),
        init_case("kaiming_uniform_", (4, 6, 2), f64, mode="fan_out", nonlinearity="tanh"),
        init_case("kaiming_normal_", (4, 6), mode="fan_out", nonlinearity="relu"),
        init_case("kaiming_normal_", (2, 2), a=0.2),
        init_case("orthogonal_", (4, 6)),
        init_case("orthogonal_", (6, 4), gain=2.0),
        init_case("orthogonal_", (5, 5), f64),
        init_case("orthogonal_", (4, 3, 2), f64),
        init_case("orthogonal_", (20, 33)),
    ])
    torch.manual_seed(1)
    indices = torch.randint(0, 7, (2, 3))
    write_fixture("nn_layers", [
        layer_case("Linear", [5, 3], [torch.randn(4, 5), torch.randn(5), torch.randn(2, 3, 5), torch.zeros(0, 5)]),
        layer_case("Linear", [20, 30], [torch.randn(9, 20)], bias=False),
        layer_case("Linear", [3, 4], [torch.randn(2, 3, dtype=f64)], dtype=f64),
        layer_case("Embedding", [7, 5], [indices, indices[0, 0], indices.to(torch.int32), indices[:, :0]]),
        layer_case("Embedding", [7, 2], [indices], padding_idx=-2, dtype=f64),
        layer_case("Dropout", [0.3], [torch.randn(4, 5), torch.randn(3, dtype=f64)]),
        layer_case("Dropout", [0.9], [torch.ones(40)], seed=3),
        layer_case("Dropout", [1.0], [torch.ones(4)]),
        layer_case("Dropout", [0.0], [torch.ones(4)]),
    ])
    write_fixture("nn_around", list(around_cases()))
    write_fixture("nn_errors", list(error_cases()))
    write_fixture("nn_modules", [
        module_case("Linear", nn.Linear(2, 3, bias=False)),
        module_case("Embedding", nn.Embedding(4, 2)),
        module_case("Dropout", nn.Dropout(0.1)),
        module_case("Sequential", nn.Sequential(nn.Linear(1, 2), nn.Sequential(nn.Dropout(), nn.Linear(2, 1)))),
        module_case("Block", Block()),
        module_case("Outer", Outer()),
        module_case("ModuleList", nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU(), nn.Sequential(nn.Tanh(), nn.Tanh())])),
        module_case("ModuleList of none", nn.ModuleList()),
        module_case("nested ModuleList", nn.Sequential(nn.ModuleList([nn.ModuleList([nn.Tanh(), nn.Tanh()]) for _ in range(3)]))),
        module_case("ModuleDict", nn.ModuleDict({"b": nn.Linear(2, 3), "a": nn.ReLU(), "norm": nn.BatchNorm1d(4)})),
        module_case("ModuleDict of none", nn.ModuleDict()),
    ])
