"""What every fixture script shares: encoding tensors, and writing a file the tests read."""
import base64
import json
import pathlib

import torch

FIXTURES = pathlib.Path(__file__).parent / "fixtures"


def encode(tensor):
    """Little-endian elements in logical order, base64; see tooling/testing/src/encodedArray.ts."""
    if tensor is None:
        return None
    array = tensor.detach().contiguous()
    return {
        "dtype": str(array.dtype).removeprefix("torch."),
        "shape": list(array.shape),
        "data": base64.b64encode(array.numpy().tobytes()).decode(),
    }


def encode_state(module):
    return {name: encode(tensor) for name, tensor in module.state_dict().items()}


def write_fixture(name, cases):
    """One case a line, so that a change shows as the lines it touches."""
    FIXTURES.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    text = f'{{"torch": "{torch.__version__}", "cases": [\n{lines}\n]}}\n'
    path = FIXTURES / f"{name}.json"
    path.write_text(text, encoding="utf-8")
    print(f"{path.name}: {len(cases)} cases, {len(text) / 1024:.0f} kB", flush=True)
