"""The gradients of RNN, LSTM, GRU through a whole sequence, by PyTorch's autograd: every mode and option, dropout factors included."""
import torch
from common import encode, write_fixture
from sequence_fixtures import camel
from torch.nn.utils.rnn import PackedSequence


def modules_of(kind, inputs, hidden, dropout, num_layers=1, **options):
    """One module; with dropout, one a layer, between which the factors are applied in the open."""
    make = getattr(torch.nn, kind)
    if not dropout:
        return [make(inputs, hidden, num_layers=num_layers, **options)]
    width = (options.get("proj_size") or hidden) * (2 if options.get("bidirectional") else 1)
    return [make(inputs if layer == 0 else width, hidden, **options) for layer in range(num_layers)]


def gradient_case(kind, batch_sizes, inputs=3, hidden=5, dropout=None, given=True, wanted=("output", "hn", "cn"), **options):
    """
    `batch_sizes` as of a PackedSequence: of unequal ones the module is given such. `dropout` is the probability its factors
    are drawn with. `wanted` names the results the loss depends on, by the inner product with random numbers.
    """
    options = {"dtype": torch.float64, **options}
    dtype = options["dtype"]
    modules = modules_of(kind, inputs, hidden, dropout, **options)
    layers, directions = options.get("num_layers", 1), 2 if options.get("bidirectional") else 1
    batch_first, proj = options.get("batch_first", False), options.get("proj_size", 0)
    time, batch, rows = len(batch_sizes), batch_sizes[0], sum(batch_sizes)
    ragged = batch_sizes[-1] != batch
    shape = (rows,) if ragged else (batch, time) if batch_first else (time, batch)
    x = torch.randn(*shape, inputs, dtype=dtype, requires_grad=True)
    widths = [proj or hidden, hidden] if kind == "LSTM" else [hidden]
    make = torch.randn if given else torch.zeros
    hx = [make(layers * directions, batch, width, dtype=dtype, requires_grad=True) for width in widths]
    factors = None
    if dropout:
        keep = torch.rand(layers - 1, rows, directions * (proj or hidden)) >= dropout
        factors = keep.to(dtype) / (1 - dropout)

    output, ends = x, []
    for index, module in enumerate(modules):
        if index > 0:
            factor = factors[index - 1]
            if not ragged:
                factor = factor.reshape(time, batch, -1)
                factor = factor.transpose(0, 1) if batch_first else factor
            output = output * factor
        count = directions * module.num_layers
        state = [h[index * count:(index + 1) * count] for h in hx]
        entering = PackedSequence(output, torch.tensor(batch_sizes)) if ragged else output
        output, end = module(entering, tuple(state) if kind == "LSTM" else state[0])
        output = output.data if ragged else output
        ends.append(end if kind == "LSTM" else (end,))
    results = dict(zip(("output", "hn", "cn"), [output, *(torch.cat(states) for states in zip(*ends))]))

    given_gradients = {name: torch.randn_like(result) if name in wanted else None for name, result in results.items()}
    sum((results[name] * g).sum() for name, g in given_gradients.items() if g is not None).backward()

    parameters = {name.replace("_l0", f"_l{index}") if dropout else name: p for index, module in enumerate(modules) for name, p in module.named_parameters()}
    shown = "".join(f", {key}={str(value).removeprefix('torch.')}" for key, value in options.items())
    how = f"{' batchSizes=' + str(batch_sizes) if ragged else f' T={time} N={batch}'}{f' dropout={dropout}' if dropout else ''}"
    return {
        "name": f"{kind}({inputs}, {hidden}{shown}){how} {'given' if given else 'default'} state, gradients of {', '.join(n for n in wanted if n in results)}",
        "module": kind,
        "inputSize": inputs,
        "hiddenSize": hidden,
        "options": camel({**options, "dtype": str(dtype).removeprefix("torch.")}),
        "weights": {name: encode(p) for name, p in parameters.items()},
        "batchSizes": batch_sizes,
        "input": encode(x),
        "hx": [encode(h) for h in hx] if given else None,
        "dropout": encode(factors),
        **{name: encode(results.get(name)) for name in ("output", "hn", "cn")},
        "given": {name: encode(given_gradients.get(name)) for name in ("output", "hn", "cn")},
        "gradients": {
            "input": encode(x.grad),
            "hx": [encode(h.grad) for h in hx],
            "weights": {name: encode(p.grad) for name, p in parameters.items()},
        },
    }


def main():
    torch.manual_seed(17)
    cases = []
    for kind, fixed in [("RNN", {"nonlinearity": "tanh"}), ("RNN", {"nonlinearity": "relu"}), ("LSTM", {}), ("LSTM", {"proj_size": 2}), ("GRU", {})]:
        add = lambda batch_sizes, **more: cases.append(gradient_case(kind, batch_sizes, **fixed, **more))
        add([3, 3, 3, 3])
        add([2, 2, 2], bias=False, given=False, inputs=1)
        add([2, 2, 2], num_layers=2, bidirectional=True, batch_first=True, inputs=5, hidden=3)
        add([4, 3, 3, 1, 1], num_layers=2, bidirectional=True, inputs=4, hidden=3)
        add([3, 3, 2], num_layers=2, dropout=0.4, hidden=4)
        add([2, 2, 2], num_layers=3, dropout=0.5, bidirectional=True, batch_first=True, inputs=2, hidden=3)
        add([5, 5, 5], hidden=7, inputs=6, dtype=torch.float32)
        add([4, 2, 1], num_layers=2, bidirectional=True, hidden=4, dtype=torch.float32)
        add([1] * 9, hidden=3, inputs=2, wanted=("hn",))
        add([2, 2, 1], hidden=3, inputs=2, bidirectional=True, wanted=("output",))
    cases.append(gradient_case("LSTM", [3, 2], bidirectional=True, wanted=("cn",)))
    for kind in ("RNN", "LSTM", "GRU"):
        cases.append(gradient_case(kind, [1], inputs=1, hidden=1))
    write_fixture("gradients", cases)
