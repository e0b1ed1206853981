"""What PyTorch reads in the files of packages/weights/test/cases: a digest of each tensor, in digests.json beside them.

The files come from elsewhere and stay as they are; see the README there.
"""
import collections
import hashlib
import json
import pathlib
import pickle
import sys
import types
import warnings

import numpy
import torch

CASES = pathlib.Path(__file__).parents[2] / "packages" / "weights" / "test" / "cases"


def digest(tensor):
    tensor = torch.as_tensor(tensor).detach().contiguous()
    data = hashlib.sha256(tensor.reshape(-1).view(torch.uint8).numpy().tobytes()).hexdigest()
    return f"{str(tensor.dtype).removeprefix('torch.')} {list(tensor.shape)} {data[:32]}"


def read(path):
    if path.suffix == ".pkl":
        return pickle.loads(path.read_bytes())
    if path.name.endswith("_script.pt"):
        return torch.jit.load(path).state_dict()
    return torch.load(path, weights_only=False)


def main():
    warnings.simplefilter("ignore")
    # The class of a module that is pickled whole is made up; its parts are PyTorch's.
    model = types.ModuleType("mymodel")
    model.Tagger = type("Tagger", (torch.nn.Module,), {})
    sys.modules["mymodel"] = model
    found = {}
    for path in sorted(CASES.iterdir()):
        if path.suffix not in (".pt", ".bin", ".pkl"):
            continue
        saved = read(path)
        if isinstance(saved, list):
            saved = saved[0].state_dict()
        for key in ("state_dict", "model"):
            saved = saved.get(key, saved)
        held = {key: value for key, value in saved.items() if isinstance(value, (torch.Tensor, numpy.ndarray))}
        found[path.name] = {key: digest(value) for key, value in held.items() if not (torch.is_tensor(value) and (value.layout != torch.strided or value.is_complex()))}
    (CASES / "digests.json").write_text(json.dumps(collections.OrderedDict(found), indent=1) + "\n")
    print(f"cases: {len(found)} files", flush=True)
