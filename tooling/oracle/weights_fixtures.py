"""Checkpoint files as PyTorch writes them, for @unroll/weights, and what they hold.

The files go to packages/weights/test/fixtures, with expected.json beside them: one case a file, with `load` (the saved
object) and `weights` (the state dict) encoded as below; "load" instead of weights says that they are the same, and the
name of a file instead of an object that it is the one of that file. safetensors files are written by hand, from the
format's text.
"""
import argparse
import base64
import collections
import io
import json
import math
import pathlib
import struct
import zipfile

import numpy
import torch
from torch import nn

FIXTURES = pathlib.Path(__file__).parents[2] / "packages" / "weights" / "test" / "fixtures"

DTYPES = ["float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]


class Encoder:
    """Python objects as JSON: containers tagged, tensors as raw little-endian bytes in logical order."""

    def __init__(self):
        self.storages = {}

    def tensor(self, tensor):
        # Storages are numbered as they are met: equal numbers are shared memory.
        storage = self.storages.setdefault(tensor.untyped_storage()._cdata, len(self.storages))
        dense = tensor.detach().contiguous().reshape(-1).clone()
        return {
            "tensor": str(tensor.dtype).removeprefix("torch."),
            "shape": list(tensor.shape),
            "strides": list(tensor.stride()),
            "offset": tensor.storage_offset(),
            "requiresGrad": tensor.requires_grad,
            "storage": storage,
            "data": base64.b64encode(bytes(dense.view(torch.uint8).tolist()) if dense.numel() else b"").decode(),
        }

    def value(self, value):
        match value:
            case None | bool() | str():
                return value
            case int():
                return value if abs(value) < 2**53 else {"bigint": str(value)}
            case float():
                return value if math.isfinite(value) else {"float": str(value)}
            case complex():
                return {"re": value.real, "im": value.imag}
            case bytes() | bytearray():
                return {"bytes": list(value)}
            case torch.Tensor():
                return self.tensor(value)
            case torch.dtype():
                return str(value).removeprefix("torch.")
            case torch.device():
                return str(value)
            case list() | tuple():
                return {"array": [self.value(item) for item in value]}
            case set() | frozenset():
                return {"set": [self.value(item) for item in value]}
            case dict():
                return {"map": [[self.value(key), self.value(item)] for key, item in value.items()]}
        raise TypeError(type(value))


def special_values():
    """Every dtype, with its extremes."""
    floats = [0.0, -0.0, 1.0, -2.5, math.inf, -math.inf, math.nan]
    tensors = {}
    for name in DTYPES:
        dtype = getattr(torch, name)
        if name == "bool":
            tensors[name] = torch.tensor([True, False, True])
        elif dtype.is_floating_point:
            info = torch.finfo(dtype)
            extremes = torch.tensor([info.max, info.min, info.tiny, info.smallest_normal / 2], dtype=dtype)
            tensors[name] = torch.cat([torch.tensor(floats, dtype=dtype), extremes])
        else:
            info = torch.iinfo(dtype)
            tensors[name] = torch.tensor([info.min, info.max, 0, 1, 100], dtype=dtype)
    return tensors


def views():
    """Sharing and strides of all kinds."""
    base = torch.arange(24, dtype=torch.float32)
    grid = base.view(2, 3, 4)
    other = torch.arange(6, dtype=torch.int16).reshape(2, 3)
    fortran = torch.arange(24).reshape(4, 3, 2).permute(2, 1, 0)
    return {
        "base": base,
        "grid": grid,
        "permuted": grid.permute(2, 0, 1),
        "slice": base[5:20:3],
        "row": grid[1, 2],
        "element": base[7],
        "window": base.as_strided((4, 3), (2, 1), 1),
        "expanded": base[3].expand(2, 5),
        "alone": other,
        "transposed": other.t(),
        "fortran": fortran,
        "scalar": torch.tensor(3.5, dtype=torch.float64),
        "empty": torch.empty(0),
        "emptyRows": torch.empty(0, 3, dtype=torch.int64),
        "emptySlice": base[4:4],
        "dimensions": torch.arange(4, dtype=torch.uint8).reshape(1, 2, 1, 2, 1, 1),
    }


def parameters():
    tied = nn.Parameter(torch.arange(4, dtype=torch.float32).reshape(2, 2))
    attributed = nn.Parameter(torch.ones(2))
    attributed.note = "kept by PyTorch, not by us"
    return {
        "tied": tied,
        "again": tied,
        "frozen": nn.Parameter(torch.ones(3), requires_grad=False),
        "half": nn.Parameter(torch.ones(3, dtype=torch.float16)),
        "attributed": attributed,
        "leaf": torch.ones(2, requires_grad=True),
        "buffer": nn.Buffer(torch.full((2,), 7.0)),
        "view": tied.data[1],
    }


def objects():
    """The Python objects of the allow-list."""
    return {
        "none": None,
        "flags": [True, False],
        "ints": [0, -1, 255, 256, 65535, 65536, 2**31 - 1, -(2**31), 2**31, 2**53 - 1, 2**53, -(2**53) - 1, 2**100, -(2**2000)],
        "floats": [0.5, 1e300, math.inf, -math.inf, math.nan],
        "complex": 1 - 2j,
        "texts": ["", "plain", "ümläut 汉字 🎶", "line\nbreak", "x" * 300],
        "bytes": [b"", b"\x00\xff", bytes(range(256)), bytearray(b"array")],
        "tuples": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
        "sets": [{3}, frozenset({"frozen"}), set()],
        "dicts": [{}, {1: "int", "1": "text", (1, 2): "tuple", None: "none", 2.5: "float"}],
        "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
        "counter": collections.Counter("hello"),
        "size": torch.Size([2, 3]),
        "dtypes": [torch.float32, torch.bfloat16, torch.uint16],
        "devices": [torch.device("cpu"), torch.device("cuda", 1)],
        "__proto__": {"constructor": 1, "hasOwnProperty": 2},
        "nested": [[[[{"deep": (torch.tensor([1, 2]),)}]]]],
        "long": [None] * 1001,
    }


class Model(nn.Module):
    """A bit of everything that a state dict holds."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(5, 3)
        self.lstm = nn.LSTM(3, 4, num_layers=2, bidirectional=True, proj_size=2)
        self.norm = nn.BatchNorm1d(4)
        self.head = nn.Sequential(nn.Linear(4, 2), nn.Tanh(), nn.Linear(2, 2, bias=False))
        self.head[2].weight = nn.Parameter(self.head[0].weight.detach()[:, :2])


def checkpoint():
    """What training scripts save; the namespace is not on the allow-list."""
    model = nn.GRU(2, 3)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(2, 2))[0].sum().backward()
    optimizer.step()
    return {
        "epoch": 3,
        "args": argparse.Namespace(lr=0.1),
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
    }


def save(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def rezip(data, change=lambda name, content: content, compression=zipfile.ZIP_STORED, extra=()):
    """The same records through Python's zipfile: no data descriptors, no padding."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", compression) as target:
        for name in source.namelist():
            if not name.endswith(("byteorder", ".format_version", ".storage_alignment")):
                target.writestr(zipfile.ZipInfo(name), change(name, source.read(name)), compression)
        for name, content in extra:
            target.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def big_endian(tensors):
    """As PyTorch writes on a big-endian machine: the storages' bytes swapped, and a record that says so."""
    sizes = [tensor.element_size() for tensor in tensors.values()]

    def swap(name, content):
        folder, _, key = name.rpartition("/data/")
        if not folder:
            return content
        size = sizes[int(key)]
        return b"".join(content[i : i + size][::-1] for i in range(0, len(content), size))

    return rezip(save(tensors), swap, extra=[("archive/byteorder", "big")])


SAFETENSORS = {
    torch.float64: "F64",
    torch.int64: "I64",
    torch.float32: "F32",
    torch.int32: "I32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int16: "I16",
    torch.uint16: "U16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


def safetensors(tensors, metadata=None):
    """u64 header length, JSON padded with spaces to 8, then the data: larger elements first, then by name."""
    header = {} if metadata is None else {"__metadata__": metadata}
    data = b""
    for name, tensor in sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0])):
        content = bytes(tensor.contiguous().reshape(-1).view(torch.uint8).tolist()) if tensor.numel() else b""
        offsets = [len(data), len(data) + len(content)]
        header[name] = {"dtype": SAFETENSORS[tensor.dtype], "shape": list(tensor.shape), "data_offsets": offsets}
        data += content
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def npz(compressed=False, **arrays):
    buffer = io.BytesIO()
    (numpy.savez_compressed if compressed else numpy.savez)(buffer, **arrays)
    return buffer.getvalue()


def npy(array):
    buffer = io.BytesIO()
    numpy.save(buffer, array)
    return buffer.getvalue()


def scripted(module, freeze=False):
    buffer = io.BytesIO()
    script = torch.jit.script(module)
    torch.jit.save(torch.jit.freeze(script.eval()) if freeze else script, buffer)
    return without_debug_records(buffer)


def without_debug_records(buffer):
    """A TorchScript archive as PyTorch writes it, less the records that hold source lines and paths of this machine."""
    buffer.seek(0)
    reader = torch._C.PyTorchFileReader(buffer)
    out = io.BytesIO()
    writer = torch._C.PyTorchFileWriter(out)
    # The writer adds these itself.
    own = ("version", "byteorder", ".data/serialization_id", ".format_version", ".storage_alignment")
    for name in reader.get_all_records():
        if name.endswith(".debug_pkl") or name in own:
            continue
        record = reader.get_record(name)
        writer.write_record(name, record, len(record))
    writer.write_end_of_file()
    return out.getvalue()


class Scripted(nn.Module):
    """Parameters, a buffer, a tensor that is neither, and nested modules."""

    scale: torch.Tensor

    def __init__(self):
        super().__init__()
        self.rnns = nn.ModuleList([nn.GRU(2, 3, bidirectional=True), nn.GRU(6, 2)])
        self.norm = nn.BatchNorm1d(2)
        self.scale = torch.full((2,), 5.0)
        self.mask = nn.Buffer(torch.tensor([True, False]), persistent=False)
        self.sizes = [1, 2]

    def forward(self, x):
        for rnn in self.rnns:
            x = rnn(x)[0]
        return self.norm(x[-1]) * self.scale + self.sizes[0]


def legacy(value, **options):
    """Legacy files carry the source of each module's class and the path of its file: a line stands for both here."""
    source_of = torch.serialization.get_source_lines_and_file
    torch.serialization.get_source_lines_and_file = lambda kind: ([f"class {kind.__name__}: ...\n"], 0, "model.py")
    try:
        return save(value, _use_new_zipfile_serialization=False, **options)
    finally:
        torch.serialization.get_source_lines_and_file = source_of


def float8():
    """Every code of every float8, and what it stands for."""
    codes = torch.arange(256, dtype=torch.uint8)
    names = ["float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"]
    tensors = {name: codes.view(getattr(torch, name)) for name in names}
    wide = {name: tensor.to(torch.float32) for name, tensor in tensors.items()}
    # Which of the NaNs is not told.
    wide = {name: torch.where(tensor.isnan(), torch.tensor(math.nan), tensor) for name, tensor in wide.items()}
    return tensors, wide


def parameters_of(module):
    """The state dict of a module that is pickled whole: parameters keep requires_grad."""
    parameters = dict(module.named_parameters())
    return {name: parameters.get(name, tensor) for name, tensor in module.state_dict().items()}


def scripted_state(module):
    """In the order a TorchScript archive has them: each module's own tensors as it lists them."""
    tensors = dict(module.named_parameters()) | dict(module.named_buffers())
    own = [name for name in tensors if "." not in name]
    return {name: tensors[name] for name in own + [name for name in tensors if name not in own]}


def sequential_state(tensors):
    """The tensors in the order a safetensors header has them."""
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0]))
    return {name: tensor.contiguous() for name, tensor in ordered}


def main():
    torch.manual_seed(11)
    FIXTURES.mkdir(parents=True, exist_ok=True)
    cases = []

    def case(file, data, keep=False, **expected):
        # PyTorch writes addresses into some files: these are kept, so that a second run changes nothing.
        if not (keep and (FIXTURES / file).exists()):
            (FIXTURES / file).write_bytes(data)
        encoded = {key: value if isinstance(value, str) else Encoder().value(value) for key, value in expected.items()}
        cases.append({"file": file, **encoded})

    def both(file, value, data=None, **options):
        case(file, save(value, **options) if data is None else data, load=value, weights="load")

    # State dicts of modules; every pickle protocol.
    for protocol, module in [
        (2, nn.LSTM(3, 4, num_layers=2, bidirectional=True)),
        (3, nn.GRU(3, 4)),
        (4, nn.RNN(3, 4, bias=False)),
        (5, nn.Linear(3, 2)),
    ]:
        name = f"{type(module).__name__.lower()}-protocol{protocol}.pt"
        both(name, module.state_dict(), pickle_protocol=protocol)
    both("model.pth", Model().state_dict())
    both("model-bfloat16.pt", nn.LSTM(2, 2).to(torch.bfloat16).state_dict())
    both("module-of-nothing.pt", nn.Tanh().state_dict())

    # Tensors.
    both("dtypes.pt", special_values())
    both("dtypes-deflated.pt", "dtypes.pt", rezip(save(special_values()), compression=zipfile.ZIP_DEFLATED))
    both("dtypes-big-endian.pt", "dtypes.pt", big_endian(special_values()))
    both("views.pt", views())
    both("parameters-protocol2.pt", parameters())
    both("parameters-protocol4.pt", "parameters-protocol2.pt", save(parameters(), pickle_protocol=4))

    # Python objects.
    case("objects-protocol2.pt", save(objects()), load=objects())
    for protocol in (3, 4, 5):
        case(f"objects-protocol{protocol}.pt", save(objects(), pickle_protocol=protocol), load="objects-protocol2.pt")
    cyclic = []
    cyclic.append(cyclic)
    case("cyclic.pt", save(cyclic))
    case("tensor.pt", save(torch.arange(3)), load=torch.arange(3))
    case("storage.pt", save(torch.arange(3).untyped_storage()), load=torch.arange(3).view(torch.uint8).clone())
    saved = checkpoint()
    case("checkpoint.pt", save(saved), weights=saved["model_state_dict"])
    pair = {"encoder": nn.Linear(2, 1).state_dict(), "decoder": {"deep": nn.Linear(1, 2).state_dict()}, "epoch": 1}
    flat = {f"encoder.{name}": tensor for name, tensor in pair["encoder"].items()}
    flat |= {f"decoder.deep.{name}": tensor for name, tensor in pair["decoder"]["deep"].items()}
    case("pair.pt", save(pair), load=pair, weights=flat)

    # What is refused.
    module = nn.Linear(2, 1)
    case("whole-module.pt", save(module), weights=parameters_of(module))
    state = nn.Linear(2, 1).state_dict()
    case("legacy.pt", legacy(state), keep=True, load=state, weights="load")
    module = nn.Linear(2, 1)
    case("torchscript.pt", scripted(module), keep=True, weights=parameters_of(module))
    case("quantized.pt", save({"q": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}))
    case("sparse.pt", save({"s": torch.eye(2).to_sparse()}))
    case("meta.pt", save({"m": torch.empty(2, device="meta")}))
    case("complex64.pt", save({"c": torch.ones(2, dtype=torch.complex64)}))
    both("uint16.pt", {"u": torch.ones(2, dtype=torch.uint16)})
    case("float8.pt", save(float8()[0]), load=float8()[1], weights="load")

    # safetensors.
    tensors = special_values()
    tensors |= {"scalar": torch.tensor(2.5), "empty": torch.empty(0, 3), "grid": torch.arange(6.0).reshape(2, 3), "ключ": torch.ones(1)}
    both("dtypes.safetensors", sequential_state(tensors), safetensors(tensors, {"format": "pt", "note": "ünïcode"}))
    lstm = dict(nn.LSTM(2, 3).state_dict())
    both("lstm.safetensors", sequential_state(lstm), safetensors(lstm))
    case("nothing.safetensors", safetensors({}), load={}, weights={})
    both("uint16.safetensors", {"u": torch.ones(2, dtype=torch.uint16)}, safetensors({"u": torch.ones(2, dtype=torch.uint16)}))

    # Older containers, and objects whose classes are not known.
    for protocol in (2, 4):
        case(f"legacy-views-protocol{protocol}.pt", legacy(views(), pickle_protocol=protocol), keep=True, load=views(), weights="load")
    case("legacy-dtypes.pt", legacy(special_values()), keep=True, load=special_values(), weights="load")
    case("legacy-objects.pt", legacy(objects()), keep=True, load=objects())
    torch.manual_seed(12)
    model = Model()
    case("legacy-module.pt", legacy(nn.Sequential(model.lstm, model.norm)), keep=True, weights=parameters_of(nn.Sequential(model.lstm, model.norm)))
    case("module-in-checkpoint.pt", save({"epoch": 1, "net": model.head}), weights=parameters_of(model.head))
    defaults = collections.defaultdict(list, {"weight": torch.ones(2)})
    case("defaultdict.pt", save({"state_dict": defaults}), weights=dict(defaults))

    # TorchScript: only parameters and buffers, also the buffers no state dict has.
    script = Scripted()
    case("torchscript-rnns.pt", scripted(script), keep=True, weights=scripted_state(script))
    case("torchscript-frozen.pt", scripted(script, freeze=True), keep=True)

    # NumPy.
    grid = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)
    arrays = {"weight": grid, "fortran": numpy.asfortranarray(grid), "scalar": numpy.array(2.5), "flags": numpy.array([True, False]), "empty": numpy.zeros((0, 2), numpy.int64), "half": grid.astype(numpy.float16)}
    tensors = {name: torch.from_numpy(array) if array.ndim else torch.tensor(array) for name, array in arrays.items()}
    tensors["empty"] = torch.zeros(0, 2, dtype=torch.int64)
    case("arrays.npz", npz(**arrays), keep=True, load=tensors, weights="load")
    case("arrays-deflated.npz", npz(compressed=True, **arrays), keep=True, load="arrays.npz", weights="load")
    case("array.npy", npy(grid), load=tensors["weight"], weights={"array": tensors["weight"]})

    # Unsigned integers, and a dtype that tensors lack.
    raw = {"u16": torch.tensor([0, 65535], dtype=torch.uint16), "u32": torch.tensor([7, 2**32 - 1], dtype=torch.uint32), "u64": torch.tensor([1, 2**40], dtype=torch.uint64), "c64": torch.tensor([1 - 2j, 3j], dtype=torch.complex64)}
    case("raw-dtypes.pt", save(raw), weights={name: tensor for name, tensor in raw.items() if name != "c64"})

    # A checkpoint over two files.
    shards = [nn.Linear(2, 1).state_dict(), {f"more.{name}": tensor for name, tensor in nn.GRU(1, 1).state_dict().items()}]
    files = [f"shard-{i + 1}-of-2.safetensors" for i in range(2)]
    for file, shard in zip(files, shards):
        case(file, safetensors(shard), load=sequential_state(shard), weights="load")
    index = {"metadata": {"total_size": 44}, "weight_map": {name: file for file, shard in zip(files, shards) for name in sequential_state(shard)}}
    whole = {name: tensor for shard in shards for name, tensor in sequential_state(shard).items()}
    case("shards.safetensors.index.json", json.dumps(index, indent=2).encode(), load=whole, weights="load")

    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    text = f'{{"torch": "{torch.__version__}", "cases": [\n{lines}\n]}}\n'
    (FIXTURES / "expected.json").write_text(text, encoding="utf-8")
    size = sum(path.stat().st_size for path in FIXTURES.iterdir())
    print(f"weights: {len(cases)} files, {size / 1024:.0f} kB", flush=True)
