"""torch.nn around the recurrent layers: init functions, Linear, Embedding, Dropout, Sequential, order of names, printing."""
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
    write_fixture("nn_modules", [
        module_case("Linear", nn.Linear(2, 3, bias=False)),
        module_case("Embedding", nn.Embedding(4, 2)),
        module_case("Dropout", nn.Dropout(0.1)),
        module_case("Sequential", nn.Sequential(nn.Linear(1, 2), nn.Sequential(nn.Dropout(), nn.Linear(2, 1)))),
        module_case("Block", Block()),
        module_case("Outer", Outer()),
    ])
