"""RNN, LSTM, GRU over sequences: every option, odd sizes, batched or not, packed or not; the cell states of every timestep;
then seeded weights, dropout, printing."""
import warnings

import torch
from common import encode, encode_state, write_fixture
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def camel(options):
    names = {"num_layers": "numLayers", "batch_first": "batchFirst", "proj_size": "projSize"}
    return {names.get(key, key): value for key, value in options.items()}


def sequence_case(kind, inputs=5, hidden=7, time=4, batch=3, given=True, lengths=None, enforce_sorted=True,
                  dtype=torch.float32, scale=1.0, keep=False, **options):
    """`batch=None` is unbatched; `lengths` packs the input; `scale` multiplies the input, to saturate the gates; `keep` returns
    what the case was made from as well."""
    module = getattr(torch.nn, kind)(inputs, hidden, **options, dtype=dtype).eval()
    layers, directions = options.get("num_layers", 1), 2 if options.get("bidirectional") else 1
    batch_first, proj = options.get("batch_first", False), options.get("proj_size", 0)
    shape = (time,) if batch is None else (batch, time) if batch_first else (time, batch)
    x = torch.randn(*shape, inputs, dtype=dtype) * scale
    lead = (layers * directions,) if batch is None else (layers * directions, batch)
    widths = [proj or hidden, hidden] if kind == "LSTM" else [hidden]
    hx = [torch.randn(*lead, width, dtype=dtype) for width in widths] if given else None
    state = None if hx is None else tuple(hx) if kind == "LSTM" else hx[0]
    if lengths is None:
        output, hn = module(x, state)
    else:
        packed = pack_padded_sequence(x, lengths, batch_first=batch_first, enforce_sorted=enforce_sorted)
        output, hn = module(packed, state)
        output, _ = pad_packed_sequence(output, batch_first=batch_first)
    hn, cn = hn if kind == "LSTM" else (hn, None)
    shown = ", ".join(f"{key}={value}" for key, value in options.items())
    how = "unbatched" if batch is None else f"N={batch}"
    if lengths is not None:
        how += f" lengths={lengths}"
    case = {
        "name": f"{kind}({inputs}, {hidden}{', ' + shown if shown else ''}) {str(dtype)[6:]} T={time} {how} {'given' if given else 'default'} state",
        "module": kind,
        "inputSize": inputs,
        "hiddenSize": hidden,
        "options": {**camel(options), "dtype": str(dtype)[6:]},
        "weights": encode_state(module),
        "input": encode(x),
        "lengths": lengths,
        "enforceSorted": enforce_sorted,
        "hx": None if hx is None else [encode(h) for h in hx],
        "output": encode(output),
        "hn": encode(hn),
        "cn": encode(cn),
    }
    return (case, module, x, hx, output) if keep else case


def last_layer(module, direction):
    """The last layer of an LSTM in one direction, as an LSTM of its own."""
    suffix = f"_l{module.num_layers - 1}{direction}"
    weights = {name.removesuffix(suffix) + "_l0": value for name, value in module.state_dict().items() if name.endswith(suffix)}
    inputs = weights["weight_ih_l0"].shape[1]
    with torch.random.fork_rng():
        single = torch.nn.LSTM(inputs, module.hidden_size, bias=module.bias, proj_size=module.proj_size, dtype=weights["weight_ih_l0"].dtype)
    single.load_state_dict(weights)
    return single.eval()


def layers_below(module):
    """An LSTM without its last layer; None if there is no other."""
    if module.num_layers == 1:
        return None
    with torch.random.fork_rng():
        below = torch.nn.LSTM(module.input_size, module.hidden_size, num_layers=module.num_layers - 1, bias=module.bias, proj_size=module.proj_size,
                              bidirectional=module.bidirectional, dtype=module.weight_ih_l0.dtype)
    below.load_state_dict({name: value for name, value in module.state_dict().items() if name in below.state_dict()})
    return below.eval()


def every_cell_state(module, x, h0, c0):
    """Outputs and cell states of the last layer at every timestep, from one PyTorch call a timestep. `x` is (T, N, *), all time-major."""
    directions = ["", "_reverse"] if module.bidirectional else [""]
    below = layers_below(module)
    D = len(directions)
    if below is not None:
        x, _ = below(x, (h0[:-D].contiguous(), c0[:-D].contiguous()))
    columns = []
    for d, direction in enumerate(directions):
        single = last_layer(module, direction)
        at = h0.shape[0] - D + d
        state = (h0[at:at + 1].contiguous(), c0[at:at + 1].contiguous())
        steps = []
        for frame in x if direction == "" else x.flip(0):
            output, state = single(frame[None], state)
            steps.append((output[0], state[1][0]))
        columns.append(steps if direction == "" else steps[::-1])
    return [torch.stack([torch.cat([steps[t][part] for steps in columns], -1) for t in range(len(x))]) for part in (0, 1)]


def cells_case(time=4, batch=3, lengths=None, **more):
    """The cell states of every timestep, which nn.LSTM does not give; padded with zeros where `lengths` end."""
    case, module, x, hx, padded = sequence_case("LSTM", time=time, batch=batch, lengths=lengths, enforce_sorted=False, keep=True, **more)
    swapped = module.batch_first and batch is not None
    x, output = (each.transpose(0, 1) if swapped else each if batch is not None else each.unsqueeze(1) for each in (x, padded))
    h0, c0 = (each if batch is not None else each.unsqueeze(1) for each in hx)
    cells = torch.zeros(time, x.shape[1], output.shape[2] // (module.proj_size or module.hidden_size) * module.hidden_size, dtype=x.dtype)
    for n, length in enumerate(lengths or [time] * x.shape[1]):
        outputs, cells[:length, n:n + 1] = every_cell_state(module, x[:length, n:n + 1], h0[:, n:n + 1], c0[:, n:n + 1])
        torch.testing.assert_close(outputs, output[:length, n:n + 1])
    return {**case, "cells": encode(cells.squeeze(1) if batch is None else cells.transpose(0, 1) if swapped else cells)}


def seeded_case(kind, seed, inputs, hidden, **options):
    """What a seed makes of a new module, and the draw that follows it."""
    torch.manual_seed(seed)
    module = getattr(torch.nn, kind)(inputs, hidden, **options)
    shown = "".join(f", {key}={value}" for key, value in options.items())
    return {
        "name": f"{kind}({inputs}, {hidden}{shown}) after manual_seed({seed})",
        "module": kind,
        "seed": seed,
        "inputSize": inputs,
        "hiddenSize": hidden,
        "options": camel({key: str(value)[6:] if key == "dtype" else value for key, value in options.items()}),
        "weights": encode_state(module),
        "next": encode(torch.rand(2)),
    }


def dropout_case(kind, seed, lengths=None, time=5, batch=3, inputs=4, hidden=6, dtype=torch.float32, **options):
    """A forward in training. PyTorch draws dropout through MKL on Intel's processors; these come from another's."""
    torch.manual_seed(seed)
    module = getattr(torch.nn, kind)(inputs, hidden, **options, dtype=dtype)
    x = torch.randn(*((batch, time) if options.get("batch_first") else (time, batch)), inputs, dtype=dtype)
    torch.manual_seed(seed)
    packed = None if lengths is None else pack_padded_sequence(x, lengths, batch_first=options.get("batch_first", False), enforce_sorted=False)
    output, hn = module(x if packed is None else packed)
    hn, cn = hn if kind == "LSTM" else (hn, None)
    shown = "".join(f", {key}={value}" for key, value in options.items())
    return {
        "name": f"{kind}({inputs}, {hidden}{shown}) {str(dtype)[6:]}{'' if lengths is None else f' lengths={lengths}'}",
        "module": kind,
        "seed": seed,
        "inputSize": inputs,
        "hiddenSize": hidden,
        "options": {**camel(options), "dtype": str(dtype)[6:]},
        "weights": encode_state(module),
        "input": encode(x),
        "lengths": lengths,
        "output": encode(output if packed is None else output.data),
        "hn": encode(hn),
        "cn": encode(cn),
        "next": encode(torch.rand(2)),
    }


def printing_case(kind, inputs, hidden, **options):
    return {"module": kind, "inputSize": inputs, "hiddenSize": hidden, "options": camel(options),
            "printed": str(getattr(torch.nn, kind)(inputs, hidden, **options))}


def main():
    warnings.simplefilter("ignore")
    torch.manual_seed(11)
    kinds = [("RNN", {"nonlinearity": "tanh"}), ("RNN", {"nonlinearity": "relu"}), ("LSTM", {}), ("LSTM", {"proj_size": 3}), ("GRU", {})]
    cases = []
    for kind, fixed in kinds:
        add = lambda **more: cases.append(sequence_case(kind, **fixed, **more))
        add()
        add(given=False, bias=False)
        add(num_layers=2)
        add(num_layers=3, bidirectional=True, given=False)
        add(bidirectional=True, batch_first=True)
        add(num_layers=2, bidirectional=True, bias=False, batch_first=True)
        add(batch=None, num_layers=2, bidirectional=True)
        add(batch=None, given=False, batch_first=True)
        add(batch=0, num_layers=2)
        add(lengths=[4, 3, 1])
        add(lengths=[4, 3, 1], num_layers=2, bidirectional=True, given=False)
        add(lengths=[2, 4, 1], enforce_sorted=False, batch_first=True, num_layers=2, bidirectional=True)
        add(lengths=[3, 1, 2], enforce_sorted=False, given=False, time=4)
        add(dtype=torch.float64, num_layers=2, bidirectional=True)
        add(dtype=torch.float64, lengths=[1, 4, 2], enforce_sorted=False)
        add(scale=40.0)
        # Sizes around the vector widths and block heights of the fast kernels.
        add(inputs=3, hidden=4, batch=1, time=9)
        add(inputs=8, hidden=17, batch=6, time=2)
        add(inputs=13, hidden=12, batch=8, time=3, bidirectional=True)
        add(inputs=2, hidden=5, batch=13, time=3, dtype=torch.float64)
        add(inputs=4, hidden=6, batch=14, time=7, lengths=[7, 7, 7, 6, 6, 5, 5, 5, 4, 3, 2, 1, 1, 1], bidirectional=True)
    for kind in ("RNN", "LSTM", "GRU"):
        cases.append(sequence_case(kind, inputs=1, hidden=1, time=1, batch=1))
    write_fixture("sequence", cases)

    with torch.no_grad():
        write_fixture("sequence_cells", [
            cells_case(),
            cells_case(num_layers=2, batch_first=True, bias=False),
            cells_case(num_layers=3, bidirectional=True),
            cells_case(num_layers=2, bidirectional=True, proj_size=3, batch_first=True),
            cells_case(batch=None, bidirectional=True),
            cells_case(lengths=[2, 4, 1], num_layers=2),
            cells_case(lengths=[2, 4, 1], num_layers=2, bidirectional=True, proj_size=3, batch_first=True),
            cells_case(dtype=torch.float64, bidirectional=True),
            cells_case(time=1, batch=1),
            cells_case(time=9, batch=13, inputs=2, hidden=5),
            cells_case(scale=40.0),
        ])

    write_fixture("sequence_seeded", [
        seeded_case("LSTM", 0, 10, 20, num_layers=2),
        seeded_case("LSTM", 1, 3, 5, num_layers=2, bidirectional=True, proj_size=2),
        seeded_case("GRU", 2, 3, 4, bias=False, bidirectional=True),
        seeded_case("RNN", 3, 4, 3, num_layers=2, nonlinearity="relu"),
        seeded_case("GRU", 4, 3, 4, dtype=torch.float64),
    ])
    write_fixture("sequence_dropout", [
        dropout_case("LSTM", 5, num_layers=3, dropout=0.3, bidirectional=True),
        dropout_case("LSTM", 6, num_layers=2, dropout=0.5, batch_first=True, proj_size=2),
        dropout_case("GRU", 7, num_layers=2, dropout=0.25, bidirectional=True, batch_first=True, dtype=torch.float64),
        dropout_case("GRU", 8, num_layers=2, dropout=0.9),
        dropout_case("RNN", 9, num_layers=2, dropout=1.0),
        dropout_case("RNN", 10, num_layers=3, dropout=0.4, nonlinearity="relu", lengths=[2, 5, 4]),
        dropout_case("LSTM", 11, num_layers=1, dropout=0.4),
    ])
    write_fixture("sequence_printing", [
        printing_case("LSTM", 10, 20),
        printing_case("LSTM", 10, 20, proj_size=5, num_layers=2, bias=False, batch_first=True, dropout=0.25, bidirectional=True),
        printing_case("GRU", 3, 4, num_layers=2, dropout=1.0),
        printing_case("GRU", 3, 4, bidirectional=True),
        printing_case("RNN", 1, 2, nonlinearity="relu", batch_first=True),
    ])
