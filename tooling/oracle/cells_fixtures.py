"""RNNCell, LSTMCell, GRUCell: every option, batched and not, given and default state."""
import itertools

import torch
from common import encode, encode_state, write_fixture


def cell_case(kind, bias, batched, given, dtype, nonlinearity=None, sizes=(5, 7), batch=3):
    inputs, hidden = sizes
    options = {"bias": bias}
    if nonlinearity:
        options["nonlinearity"] = nonlinearity
    cell = getattr(torch.nn, kind)(inputs, hidden, **options, dtype=dtype)
    lead = (batch,) if batched else ()
    x = torch.randn(*lead, inputs, dtype=dtype)
    states = 2 if kind == "LSTMCell" else 1
    hx = [torch.randn(*lead, hidden, dtype=dtype) for _ in range(states)] if given else None
    result = cell(x, None if hx is None else tuple(hx) if states == 2 else hx[0])
    result = result if states == 2 else (result,)
    name = f"{kind}({inputs}, {hidden}, {options}) {dtype} {'batched' if batched else 'unbatched'} {'given' if given else 'default'} state"
    return {
        "name": name.replace("torch.", ""),
        "module": kind,
        "inputSize": inputs,
        "hiddenSize": hidden,
        "options": {**options, "dtype": str(dtype).removeprefix("torch.")},
        "weights": encode_state(cell),
        "input": encode(x),
        "hx": None if hx is None else [encode(h) for h in hx],
        "output": [encode(h) for h in result],
    }


def seeded_case(kind, steps, inputs, hidden, seed=0, **options):
    """What a seed makes of a new cell, and the classic loop over the timesteps of random input."""
    torch.manual_seed(seed)
    cell = getattr(torch.nn, kind)(inputs, hidden, **options)
    x = torch.randn(steps, 3, inputs)
    hx = torch.randn(3, hidden)
    cx = torch.randn(3, hidden) if kind == "LSTMCell" else None
    state, outputs = hx if cx is None else (hx, cx), []
    for xt in x:
        state = cell(xt, state)
        outputs.append(state if cx is None else state[0])
    shown = "".join(f", {key}={value}" for key, value in options.items())
    return {
        "name": f"{kind}({inputs}, {hidden}{shown}) after manual_seed({seed})",
        "module": kind,
        "seed": seed,
        "inputSize": inputs,
        "hiddenSize": hidden,
        "options": options,
        "weights": encode_state(cell),
        "input": encode(x),
        "hx": [encode(h) for h in (hx, cx) if h is not None],
        "output": encode(torch.stack(outputs)),
    }


def printing_case(kind, inputs, hidden, **options):
    return {"module": kind, "inputSize": inputs, "hiddenSize": hidden, "options": options,
            "printed": str(getattr(torch.nn, kind)(inputs, hidden, **options))}


def main():
    torch.manual_seed(7)
    cases = []
    kinds = [("RNNCell", "tanh"), ("RNNCell", "relu"), ("LSTMCell", None), ("GRUCell", None)]
    for (kind, nonlinearity), bias, batched, given in itertools.product(kinds, (True, False), (True, False), (True, False)):
        cases.append(cell_case(kind, bias, batched, given, torch.float32, nonlinearity))
    for (kind, nonlinearity), batched in itertools.product(kinds, (True, False)):
        cases.append(cell_case(kind, True, batched, True, torch.float64, nonlinearity))
    for kind, nonlinearity in kinds:
        cases.append(cell_case(kind, True, True, True, torch.float32, nonlinearity, sizes=(1, 1), batch=1))
        cases.append(cell_case(kind, True, True, True, torch.float32, nonlinearity, sizes=(9, 16), batch=0))
        cases.append(cell_case(kind, True, True, True, torch.float32, nonlinearity, sizes=(17, 13), batch=11))
    write_fixture("cells", cases)
    write_fixture("cells_seeded", [
        seeded_case("RNNCell", 6, 10, 20),
        seeded_case("LSTMCell", 2, 10, 20),
        seeded_case("GRUCell", 6, 10, 20),
        seeded_case("LSTMCell", 2, 3, 5, seed=1, bias=False),
    ])
    write_fixture("cells_printing", [
        printing_case("RNNCell", 10, 20),
        printing_case("RNNCell", 10, 20, bias=False, nonlinearity="relu"),
        printing_case("RNNCell", 10, 20, nonlinearity="relu"),
        printing_case("LSTMCell", 10, 20),
        printing_case("LSTMCell", 10, 20, bias=False),
        printing_case("GRUCell", 3, 1),
    ])
