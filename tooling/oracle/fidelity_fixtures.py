"""Values beyond the ordinary: eight sequences of a batch, each but the last with one of them in its input or its state."""
import torch
from torch import nn

from common import encode, write_fixture
from sequence_fixtures import camel

SPECIALS = ["nan", "inf", "-inf", "-0.0", "1e-40", "1e30", "-1e30"]
MODULES = [
    ("RNN", {"num_layers": 2}),
    ("RNN", {"nonlinearity": "relu"}),
    ("LSTM", {"bidirectional": True}),
    ("LSTM", {"num_layers": 2, "proj_size": 3}),
    ("GRU", {"num_layers": 2, "bidirectional": True}),
]


def fidelity_case(kind, options, dtype, place):
    torch.manual_seed(11)
    module = getattr(nn, kind)(5, 7, dtype=getattr(torch, dtype), **options)
    batch = len(SPECIALS) + 1
    layers = module.num_layers * (2 if module.bidirectional else 1)
    x = torch.empty(3, batch, 5, dtype=getattr(torch, dtype)).uniform_(-1, 1)
    h0 = torch.empty(layers, batch, module.proj_size or 7, dtype=x.dtype).uniform_(-1, 1)
    c0 = torch.empty(layers, batch, 7, dtype=x.dtype).uniform_(-1, 1)
    for n, value in enumerate(SPECIALS):
        # Unbounded and huge, rounding alone is beyond any tolerance.
        if options.get("nonlinearity") == "relu" and "e30" in value:
            continue
        (x[1, n] if place == "input" else h0[0, n])[2] = float(value)
        if place == "state":
            c0[0, n, 4] = float(value)
    with torch.no_grad():
        output, state = module(x, (h0, c0) if kind == "LSTM" else h0)
    states = state if kind == "LSTM" else [state]
    return {
        "name": f"{kind} {options} {dtype}, in the {place}",
        "module": kind,
        "inputSize": 5,
        "hiddenSize": 7,
        "options": {**camel(options), "dtype": dtype},
        "place": place,
        "specials": SPECIALS,
        "output": encode(output),
        "states": [encode(each) for each in states],
    }


def main():
    write_fixture("fidelity", [
        fidelity_case(kind, options, dtype, place)
        for kind, options in MODULES
        for dtype in ("float32", "float64")
        for place in ("input", "state")
    ])
