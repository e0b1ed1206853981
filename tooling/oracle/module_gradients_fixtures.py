"""Gradients of the layers around a recurrent one: of their input and parameters, in training and in eval."""
import torch
from common import encode, encode_state, write_fixture
from torch import nn


def case(kind, arguments, x, training=True, state=None, **options):
    torch.manual_seed(0)
    layer = getattr(nn, kind)(*arguments, dtype=x.dtype, **options) if kind not in ("MaxPool1d", "Embedding") else getattr(nn, kind)(*arguments, **options)
    layer.train(training)
    with torch.no_grad():
        for name, tensor in layer.state_dict().items():
            if tensor.is_floating_point() and kind != "Embedding":
                # No two elements are equal, and variances are positive.
                tensor.copy_((torch.arange(tensor.numel(), dtype=x.dtype) * 0.37 % 1.3 + 0.4).reshape(tensor.shape))
    before = encode_state(layer)
    given = x.clone().requires_grad_(x.is_floating_point())
    y = layer(given)
    (y * (torch.arange(1, y.numel() + 1, dtype=y.dtype) * 0.3).reshape(y.shape)).sum().backward()
    return {
        "name": f"{layer} {'training' if training else 'eval'} of {tuple(x.shape)} {str(x.dtype)[6:]}",
        "module": kind,
        "arguments": arguments,
        "options": options,
        "training": training,
        "weights": before,
        "input": encode(x),
        "output": encode(y),
        "gradient": encode(given.grad),
        "gradients": {name: encode(parameter.grad) for name, parameter in layer.named_parameters()},
    }


def cases(dtype):
    torch.manual_seed(6)
    x, deep = torch.randn(4, 6, dtype=dtype), torch.randn(2, 4, 7, dtype=dtype)
    ties = torch.tensor([[1, 1, 3, 3, float("nan"), 2, float("nan"), -1, -1, -float("inf"), -float("inf")]], dtype=dtype)
    yield case("Linear", [6, 3], x)
    yield case("Linear", [7, 2], deep, bias=False)
    yield case("LayerNorm", [6], x * 3 + 5)
    yield case("LayerNorm", [[4, 7]], deep, bias=False)
    yield case("LayerNorm", [7], deep, elementwise_affine=False)
    for training in (True, False):
        yield case("BatchNorm1d", [6], x, training)
        yield case("BatchNorm1d", [4], deep * 2 - 1, training, eps=1e-3)
        yield case("BatchNorm1d", [4], deep, training, affine=False)
        yield case("BatchNorm1d", [4], deep, training, track_running_stats=False)
    for arguments, options in (
        ([4, 6, 3], {}),
        ([4, 6, 3], {"stride": 2, "padding": 3, "dilation": 2, "groups": 2}),
        ([4, 2, 4], {"padding": "same", "bias": False}),
        ([4, 2, 3], {"padding": 3, "padding_mode": "reflect"}),
        ([4, 2, 3], {"padding": 4, "padding_mode": "circular"}),
        ([4, 2, 3], {"padding": 2, "padding_mode": "replicate"}),
    ):
        yield case("Conv1d", arguments, deep, **options)
    for options in ({}, {"stride": 1, "padding": 1}, {"dilation": 2, "ceil_mode": True}):
        yield case("MaxPool1d", [3], deep, **options)
        yield case("MaxPool1d", [3], ties, **options)


def main():
    indices = torch.tensor([[2, 0, 2], [3, 2, 1]])
    embeddings = [case("Embedding", [4, 3], indices), case("Embedding", [4, 3], indices, padding_idx=2)]
    write_fixture("module_gradients", [*cases(torch.float32), *cases(torch.float64), *embeddings])
