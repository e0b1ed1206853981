"""Checkpoints as people really save them, for @unroll/weights, and what they hold.

The files go to packages/weights/test/variants, what they hold to fixtures/variants.json: one case a file, with `load` and `weights`
as in weights_fixtures.py; `close` is a state dict whose numbers PyTorch computed (reparametrized weights, in
evaluation), to be met within its tolerances; `run` has an input and what layers make of it; `leftOut` lists what is not
read, by name.

PyTorch needs the package filelock for torch.export; without it a stand-in that locks nothing does.
"""
import collections
import io
import json
import pathlib
import pickle
import sys
import types
import warnings
import zipfile

import numpy
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune
from weights_fixtures import Encoder, legacy, objects, parameters_of, save, scripted

FIXTURES = pathlib.Path(__file__).parents[2] / "packages" / "weights" / "test" / "variants"


def evaluated(module):
    """The state dict that a module would have without its reparametrizations: its weights, as evaluation has them."""
    module.eval()
    # Old hooks compute a weight when the module is called.
    for part in module.modules():
        for hook in part._forward_pre_hooks.values():
            hook(part, None)
    weights = {}
    for path, part in module.named_modules():
        if path.split(".")[-1:] == ["parametrizations"] or ".parametrizations." in f".{path}.":
            continue
        names = part._flat_weights_names if isinstance(part, nn.RNNBase) else ["weight", "bias", "weight_ih", "weight_hh", "bias_ih", "bias_hh"]
        for name in names:
            if torch.is_tensor(getattr(part, name, None)):
                weights[f"{path}.{name}" if path else name] = getattr(part, name).detach().clone()
    return weights


def seeded(module):
    """Norms and vectors of their own, not those that leave the weight as it was."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if name.endswith(("_g", "original0")):
                parameter.mul_(torch.rand_like(parameter) + 0.5)
    return module


def reparametrized():
    """Each way of taking a weight apart; several dimensions and dtypes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 5), nn.Linear(5, 2), nn.Conv1d(2, 3, 4), nn.GRUCell(3, 2))
        for part, dim in zip(old, (0, 1, None, 0)):
            nn.utils.weight_norm(part, dim=dim)
        nn.utils.weight_norm(old[4], "weight_hh")
        yield "weight-norm-old.pt", seeded(old)
    new = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 5), nn.Linear(5, 2), nn.Conv1d(2, 3, 4))
    for part, dim in zip(new, (0, 1, None, 0)):
        parametrizations.weight_norm(part, dim=dim)
    yield "weight-norm-new.pt", seeded(new)
    half = nn.LSTM(3, 4, bias=False)
    parametrizations.weight_norm(half, "weight_hh_l0")
    yield "weight-norm-float16.pt", seeded(half).half()
    double = nn.LSTM(3, 4, bias=False).double()
    parametrizations.weight_norm(double, "weight_ih_l0")
    yield "weight-norm-float64.pt", seeded(double)
    old = nn.Sequential(nn.Linear(3, 4), nn.Conv1d(2, 3, 4), nn.LSTM(3, 4))
    for part in old[:2]:
        nn.utils.spectral_norm(part)
    nn.utils.spectral_norm(old[2], "weight_hh_l0")
    yield "spectral-norm-old.pt", old
    new = nn.Sequential(nn.Linear(3, 4), nn.Conv1d(2, 3, 4), nn.LSTM(3, 4))
    for part in new[:2]:
        parametrizations.spectral_norm(part)
    parametrizations.spectral_norm(new[2], "weight_ih_l0")
    yield "spectral-norm-new.pt", new
    pruned = nn.Sequential(nn.Linear(3, 4), nn.GRU(3, 4, num_layers=2))
    prune.l1_unstructured(pruned[0], "weight", 0.5)
    prune.random_unstructured(pruned[0], "bias", 0.5)
    for name in ("weight_ih_l0", "weight_hh_l1", "bias_ih_l0"):
        prune.random_unstructured(pruned[1], name, 0.3)
    yield "pruned.pt", pruned


def weight_drop():
    """The two places where WeightDrop keeps the weight without dropout, and what it leaves under the weight's own name."""
    lstm = nn.LSTM(2, 3)
    own = {name: tensor.clone() for name, tensor in lstm.state_dict().items()}
    inside = {f"rnns.0.module.{name}": tensor for name, tensor in own.items()}
    inside["rnns.0.module.weight_hh_l0_raw"] = inside.pop("rnns.0.module.weight_hh_l0")
    beside = {"rnns.0.weight_hh_l0_raw": own["weight_hh_l0"]}
    beside |= {f"rnns.0.module.{name}": tensor for name, tensor in own.items()}
    beside["rnns.0.module.weight_hh_l0"] = torch.zeros_like(own["weight_hh_l0"])
    return inside, beside, {f"rnns.0.module.{name}": tensor for name, tensor in own.items()}


class Layers(nn.Module):
    """Everything that quantize_dynamic converts, under names of its own."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(5, 3)
        self.lstm = nn.LSTM(3, 4, num_layers=2, bidirectional=True)
        self.gru = nn.GRU(3, 4, num_layers=3)
        self.cells = nn.ModuleList([nn.LSTMCell(3, 4), nn.GRUCell(3, 4), nn.RNNCell(3, 4)])
        self.fc = nn.Linear(8, 2)


class Tagger(nn.Module):
    """Quantized and scripted."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, bidirectional=True)
        self.fc = nn.Linear(8, 2)

    def forward(self, x: torch.Tensor):
        return self.fc(self.lstm(x)[0])


def quantized(module, dtype):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kinds = {nn.LSTM, nn.GRU, nn.LSTMCell, nn.GRUCell, nn.RNNCell, nn.Linear}
        return torch.ao.quantization.quantize_dynamic(module, kinds, dtype=dtype)


def rounded(module):
    """float16 layers keep their weights in float32, rounded; biases, and what is not converted, as they are."""
    return {
        name: tensor.half().float() if "weight" in name and not name.startswith("embedding") else tensor
        for name, tensor in module.state_dict().items()
    }


def packed(path, module, count):
    return [[f"{path}_all_weight_values.{i}.param", "packed int8 weights of a recurrent layer"] for i in range(count)]


def arrays():
    """NumPy's numbers of all kinds that tensors have; strides and byte orders."""
    grid = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)
    found = {name: numpy.array([0, 1, 2], dtype=name) for name in ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8")}
    return found | {
        "bool": numpy.array([True, False]),
        "grid": grid,
        "fortran": numpy.asfortranarray(grid),
        "scalar array": numpy.array(2.5),
        "empty": numpy.zeros((0, 3), numpy.int64),
        "big-endian": grid.astype(">f4"),
    }


def numbers():
    return [numpy.float64(0.5), numpy.float32(0.25), numpy.float16(-2), numpy.int64(-7), numpy.int32(3), numpy.bool_(True), numpy.uint64(2**63), numpy.complex128(1 - 2j), numpy.dtype("float32")]


def as_tensors(values):
    return {name: torch.from_numpy(numpy.ascontiguousarray(value.astype(value.dtype.newbyteorder("=")))) if value.ndim else torch.tensor(value) for name, value in values.items()}


class Rebuilt:
    """A tensor of a device that is not here: torch.save writes it as a copy."""

    def __init__(self, function, *args):
        self.call = (getattr(torch._utils, function), args)

    def __reduce__(self):
        return self.call


def device_copies():
    """XLA tensors as several versions wrote them."""
    tensor = torch.tensor([1.0, -2.5, 0.125])
    args = (torch.float32, "cpu", False)
    return {
        "copy": Rebuilt("_rebuild_device_tensor_from_cpu_tensor", tensor, *args),
        "array": Rebuilt("_rebuild_device_tensor_from_numpy", tensor.numpy(), *args),
        "parameter": Rebuilt("_rebuild_device_tensor_from_cpu_tensor", tensor, torch.float32, "cpu", True),
        "bfloat16": Rebuilt("_rebuild_device_tensor_from_numpy", tensor.numpy(), torch.bfloat16, "cpu", False),
        "other": Rebuilt("_rebuild_device_tensor_from_cpu_tensor", tensor, torch.int32, "cpu", False),
    }


class Marked(torch.Tensor):
    """A subclass."""


def not_held():
    """Beside weights, one of each kind that no tensor here is."""
    eye = torch.eye(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "weight": torch.arange(3.0),
            "coo": eye.to_sparse(),
            "csr": eye.to_sparse_csr(),
            "nested": torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
            "meta": torch.empty(2, device="meta"),
            "meta parameter": nn.Parameter(torch.empty(2, device="meta")),
            "sparse parameter": nn.Parameter(eye.to_sparse()),
            "quantized": torch.quantize_per_tensor(eye, 0.1, 0, torch.qint8),
            "per channel": torch.quantize_per_channel(eye, torch.ones(3), torch.zeros(3), 0, torch.quint8),
            "conjugated": torch.tensor([1 + 2j]).conj(),
            "negated": torch._neg_view(torch.ones(2)),
            "complex": torch.tensor([1 + 2j]),
            "subclass": eye.as_subclass(Marked),
        }


class Exported(nn.Module):
    """Parameters, one of them under two names and one a view, buffers of several dtypes, constants."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4)
        self.fc = nn.Linear(4, 3, bias=False)
        self.tied = self.fc
        self.flipped = nn.Parameter(torch.arange(6.0).reshape(2, 3).t())
        self.steps = nn.Buffer(torch.tensor([1, 2]))
        self.transient = nn.Buffer(torch.ones(2), persistent=False)

    def forward(self, x):
        return self.tied(self.fc(self.lstm(x)[0])[..., :3].matmul(self.flipped[:3, :1] @ torch.ones(1, 4))) + self.steps.sum() + self.transient.sum()


def exported(module, *args):
    if "filelock" not in sys.modules:
        try:
            import filelock  # noqa: F401
        except ImportError:
            stand_in = types.ModuleType("filelock")
            stand_in.FileLock = type("FileLock", (), {"__init__": lambda *_, **__: None, "__enter__": lambda self: self, "__exit__": lambda *_: None})
            stand_in.Timeout = Exception
            sys.modules["filelock"] = stand_in
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.export.export(module, args)
        buffer = io.BytesIO()
        torch.export.save(program, buffer)
    return program, buffer.getvalue()


def archive(files, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as target:
        for name, content in files.items():
            target.writestr(zipfile.ZipInfo(name), content, compression)
    return buffer.getvalue()


def main():
    torch.manual_seed(21)
    numpy.random.seed(21)
    FIXTURES.mkdir(parents=True, exist_ok=True)
    cases = []

    def case(file, data, keep=False, leftOut=None, prefix=None, record=None, **expected):
        # PyTorch writes addresses and times into some files: these are kept, so that a second run changes nothing.
        if not (keep and (FIXTURES / file).exists()):
            (FIXTURES / file).write_bytes(data)
        options = {key: value for key, value in (("prefix", prefix), ("record", record), ("leftOut", leftOut)) if value is not None}
        cases.append({"file": file, **options, **{key: value if isinstance(value, str) else Encoder().value(value) for key, value in expected.items()}})

    for file, module in reparametrized():
        case(file, save(module.state_dict()), close=evaluated(module))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = nn.Sequential(collections.OrderedDict(rnn=nn.utils.weight_norm(nn.LSTM(2, 3), "weight_hh_l0")))
        case("weight-norm-whole.pt", save({"model": seeded(whole)}), close=evaluated(whole))
        early = nn.utils.spectral_norm(nn.Linear(3, 4))
        early.eval()(torch.ones(3))
        state = early.state_dict() | {"weight": early.weight.detach()}
        del state["weight_v"]
        case("spectral-norm-1.0.pt", save(dict(state)), close={"bias": early.bias.detach(), "weight": early.weight.detach()})
    inside, beside, weights = weight_drop()
    case("weight-drop-inside.pt", save(inside), close=weights)
    case("weight-drop-beside.pt", save(beside), close=weights)

    # Dynamic quantization: float16 has the weights, int8 has not.
    torch.manual_seed(22)
    model, tagger = Layers(), Tagger()
    half = quantized(model, torch.float16)
    x = torch.randn(6, 2, 3)
    run = {"x": x, "lstm": half.lstm(x)[0], "gru": half.gru(x)[0], "cell": half.cells[1](x[0])}
    case("dynamic-float16.pt", save(half.state_dict()), close=rounded(model), run={name: tensor.detach() for name, tensor in run.items()})
    case("dynamic-float16-whole.pt", save({"net": half}), close=rounded(model))
    case("dynamic-float16-script.pt", scripted(quantized(tagger, torch.float16)), keep=True, close=rounded(tagger))
    square = nn.ModuleDict({"rnn": nn.GRU(4, 4, num_layers=2)})
    case("dynamic-float16-square.pt", save(quantized(square, torch.float16).state_dict() | {"a": torch.ones(1)}), close={"a": torch.ones(1)},
         leftOut=[["rnn._all_weight_values", "two sets of packed float16 weights, of two layers or of two directions"]])
    cells = [[f"cells.{i}._packed_weight_{side}", "packed int8 weights of a quantized layer"] for i in range(3) for side in ("ih", "hh")]
    rest = [["fc._packed_params._packed_params", "packed int8 weights of a quantized layer"]]
    left = packed("lstm.", model.lstm, 4) + packed("gru.", model.gru, 3) + cells + rest
    kept = {"embedding.weight": model.embedding.weight.detach(), "fc.scale": torch.tensor(1.0), "fc.zero_point": torch.tensor(0)}
    case("dynamic-int8.pt", save(quantized(model, torch.qint8).state_dict()), close=kept, leftOut=left)
    case("dynamic-int8-script.pt", scripted(quantized(tagger, torch.qint8)), keep=True, leftOut=packed("lstm.", tagger.lstm, 2) + rest)

    # NumPy, in every pickle protocol, in torch.save's files and bare.
    values = arrays()
    loaded = {"arrays": as_tensors(values), "numbers": [value.item() if isinstance(value, numpy.generic) else value for value in numbers()]}
    loaded["numbers"][-1] = torch.float32
    saved = {"arrays": values, "numbers": numbers()}
    loaded["arrays"]["empty"] = torch.zeros(0, 3, dtype=torch.int64)
    loaded["arrays"]["fortran"] = loaded["arrays"]["grid"].clone().t().contiguous().t()
    for protocol in range(6):
        case(f"numpy-protocol{protocol}.pkl", pickle.dumps(saved, protocol), load=loaded if protocol == 0 else "numpy-protocol0.pkl")
    for protocol in (1, 2, 4):
        case(f"numpy-protocol{protocol}.pt", save(saved, pickle_protocol=protocol), load="numpy-protocol0.pkl")
    texts = {"weight": numpy.ones(2, numpy.float32), "words": numpy.array(["a", "b"]), "objects": numpy.array([None, "x"], dtype=object), "records": numpy.zeros(2, [("a", "f4")]), "matrix": numpy.matrix([[1.0]]), "long": numpy.ones(2, numpy.longdouble), "dates": numpy.array(["2020-01-01"], "M8[D]")}
    kinds = ['NumPy data of dtype "U1"', 'NumPy data of dtype "O8"', 'NumPy data of dtype "V4"', "an array of class numpy.matrix", 'NumPy data of dtype "f16"', 'NumPy data of dtype "M8"']
    # Kept: a long double has bytes that nobody sets.
    case("numpy-other.pkl", pickle.dumps(texts, 4), keep=True, weights={"weight": torch.ones(2)}, leftOut=[list(pair) for pair in zip(list(texts)[1:], kinds)])

    # Pickles of the objects of the allow-list in protocols 0 and 1, where everything is text, or nearly.
    for protocol in (0, 1):
        plain = {name: value for name, value in objects().items() if name not in ("nested",)}
        case(f"objects-protocol{protocol}.pkl", pickle.dumps(plain, protocol), load=plain if protocol == 0 else "objects-protocol0.pkl")
    case("objects-protocol1.pt", save(objects(), pickle_protocol=1), load=objects())
    module = nn.Sequential(nn.Linear(2, 1), nn.BatchNorm1d(1, dtype=torch.float64))
    case("whole-module-protocol1.pt", save([module, nn.NLLLoss(torch.ones(3))], pickle_protocol=1), weights=parameters_of(module))
    torch.manual_seed(23)
    state = nn.Linear(2, 1).state_dict()
    case("legacy-protocol1.pt", legacy(state, pickle_protocol=1), keep=True, load=state, weights="load")

    # Bare pickles of tensors: each has its storage in the pickle, as a file of its own.
    base = torch.arange(6.0)
    tensors = {"base": base, "row": base[2:4], "grid": base.view(2, 3).t(), "ints": torch.tensor([1, 2]), "parameter": nn.Parameter(torch.ones(2))}
    for protocol in (2, 1, 4, 5):
        weights = pickle.loads(pickle.dumps(tensors, protocol)) if protocol == 2 else "tensors-protocol2.pkl"
        case(f"tensors-protocol{protocol}.pkl", pickle.dumps({"model": tensors, "epoch": 3}, protocol), keep=True, weights=weights)

    copies = device_copies()
    kept = {name: torch.tensor([1.0, -2.5, 0.125]) for name in ("copy", "array", "parameter", "bfloat16")}
    kept["parameter"] = kept["copy"].detach().requires_grad_()
    case("device-copies.pt", save(copies), weights=kept, leftOut=[["other", "a tensor of int32 kept as float32"]])

    unheld = not_held()
    whats = ["a sparse tensor", "a sparse tensor", "a nested tensor", "a tensor on the meta device", "a tensor on the meta device", "a sparse tensor", "a quantized tensor", "a quantized tensor", "a lazily conjugated or negated tensor", "a lazily conjugated or negated tensor", "a tensor of complex64"]
    case("not-held.pt", save(unheld), weights={"weight": torch.arange(3.0), "subclass": torch.eye(3)}, leftOut=[list(pair) for pair in zip(list(unheld)[1:-1], whats)])

    torch.manual_seed(24)
    program, data = exported(Exported(), torch.ones(2, 3, 3))
    state = program.state_dict
    case("exported.pt2", data, keep=True, weights=state)

    inner = save(nn.Linear(2, 1).state_dict())
    weights = torch.load(io.BytesIO(inner))
    case("zipped.zip", archive({"model/": b"", "model/weights.pth": inner, "model/config.json": b"{}", "__MACOSX/model/._weights.pth": b"x"}), load=weights, weights="load")
    case("zipped-stored.zip", archive({"weights.pkl": pickle.dumps({"w": numpy.ones(2, numpy.float32)})}, zipfile.ZIP_STORED), load={"w": torch.ones(2)}, weights="load")
    case("zipped-two.zip", archive({"policy.pth": inner, "policy.optimizer.pth": save({})}), record="policy.pth", load=weights, weights="load")

    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    text = f'{{"torch": "{torch.__version__}", "cases": [\n{lines}\n]}}\n'
    (pathlib.Path(__file__).parent / "fixtures" / "variants.json").write_text(text, encoding="utf-8")
    size = sum(path.stat().st_size for path in FIXTURES.iterdir())
    print(f"variants: {len(cases)} files, {size / 1024:.0f} kB", flush=True)
