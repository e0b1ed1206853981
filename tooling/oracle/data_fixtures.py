"""torch.utils.data: the order in which loaders give items, and what default_collate makes of them."""
import base64

import numpy
import torch
from common import encode, write_fixture
from torch.utils import data


class Generators:
    """Those of a case: none, the default one, or one of a seed, the same for all who name that seed."""

    def __init__(self):
        self.seeded = {}

    def get(self, seed):
        if seed is None:
            return None
        if seed == "default":
            return torch.default_generator
        if seed not in self.seeded:
            self.seeded[seed] = torch.Generator().manual_seed(seed)
        return self.seeded[seed]


def make_dataset(case, generators):
    items = [10 * i for i in range(case["n"])]
    kind = case.get("dataset", "list")
    if kind == "list":
        return items
    if kind == "subset":
        return data.Subset(items, case["indices"])
    if kind == "concat":
        return data.ConcatDataset([items, items[:3]])
    seed = case.get("splitGenerator")
    options = {} if seed is None else {"generator": generators.get(seed)}
    return data.random_split(items, case["lengths"], **options)[case["part"]]


def make_sampler(spec, dataset, generators):
    kind = spec["kind"]
    generator = generators.get(spec.get("generator"))
    if kind == "sequential":
        return data.SequentialSampler(dataset)
    if kind == "list":
        return spec["indices"]
    if kind == "subset":
        return data.SubsetRandomSampler(spec["indices"], generator=generator)
    if kind == "weighted":
        return data.WeightedRandomSampler(spec["weights"], spec["numSamples"], spec["replacement"], generator=generator)
    return data.RandomSampler(dataset, spec["replacement"], spec.get("numSamples"), generator=generator)


def make_loader(case, dataset, generators):
    options = {"collate_fn": list}
    for ours, theirs in {"batchSize": "batch_size", "shuffle": "shuffle", "dropLast": "drop_last"}.items():
        if ours in case:
            options[theirs] = case[ours]
    if "generator" in case:
        options["generator"] = generators.get(case["generator"])
    if "sampler" in case:
        options["sampler"] = make_sampler(case["sampler"], dataset, generators)
    if "batchSampler" in case:
        spec = case["batchSampler"]
        options["batch_sampler"] = data.BatchSampler(make_sampler(spec, dataset, generators), spec["batchSize"], spec["dropLast"])
    return data.DataLoader(dataset, **options)


def run(case):
    """What a loader gives: `epochs` of batches, each broken off after `stopAfter` batches if that is given. `draws` are drawn from
    the default generator after every batch, and `after` from all generators at the end."""
    generators = Generators()
    torch.manual_seed(case["seed"])
    loader = make_loader(case, make_dataset(case, generators), generators)
    epochs, draws = [], []
    for _ in range(case["epochs"]):
        batches = []
        for batch in loader:
            batches.append(batch)
            if case.get("draw"):
                draws.append(torch.randint(10**6, ()).item())
            if len(batches) == case.get("stopAfter"):
                break
        epochs.append(batches)
    used = [torch.default_generator, *generators.seeded.values()]
    return {
        "length": len(loader),
        "epochs": epochs,
        "draws": draws,
        "after": [torch.randint(10**6, (), generator=generator).item() for generator in used],
    }


orders = [
    {"n": 10, "batchSize": 3},
    {"n": 10, "batchSize": 3, "shuffle": True, "draw": True},
    {"n": 10, "batchSize": 3, "shuffle": True, "dropLast": True, "generator": 7},
    {"n": 12, "batchSize": 3, "shuffle": True, "generator": "default", "draw": True},
    {"n": 12, "batchSize": 3, "shuffle": False, "generator": 7},
    {"n": 9, "batchSize": 2, "shuffle": True, "stopAfter": 2, "draw": True},
    {"n": 5, "batchSize": 8, "sampler": {"kind": "random", "replacement": True, "numSamples": 71, "generator": "default"}, "draw": True},
    {"n": 5, "batchSize": 4, "sampler": {"kind": "random", "replacement": False, "numSamples": 13, "generator": 3}, "generator": 3},
    {"n": 6, "batchSize": 4, "sampler": {"kind": "weighted", "weights": [0.1, 0, 2, 3.5, 1, 0.2], "numSamples": 10, "replacement": True}},
    {"n": 6, "batchSize": 2, "sampler": {"kind": "weighted", "weights": [0.1, 0.7, 2, 3.5, 1, 0.2], "numSamples": 5, "replacement": False, "generator": 1}},
    {"n": 9, "batchSize": 2, "sampler": {"kind": "subset", "indices": [8, 1, 5, 5, 0]}},
    {"n": 9, "sampler": {"kind": "list", "indices": [3, -1, 4]}},
    {"n": 9, "batchSampler": {"kind": "random", "replacement": False, "batchSize": 4, "dropLast": True}},
    {"n": 8, "dataset": "concat", "batchSize": 4, "shuffle": True},
    {"n": 8, "dataset": "subset", "indices": [6, 2, 4], "shuffle": True},
    {"n": 11, "dataset": "split", "lengths": [8, 3], "part": 1, "batchSize": 2, "shuffle": True},
    {"n": 23, "dataset": "split", "lengths": [0.5, 0.3, 0.2], "splitGenerator": 42, "part": 0, "batchSize": 5},
]


def decode(value):
    """Values as TypeScript has them: dicts that say so are tensors or typed arrays."""
    if isinstance(value, list):
        return tuple(decode(part) for part in value)
    if not isinstance(value, dict):
        return value
    if "tensor" in value:
        return decode_array(value["tensor"])
    if "typedArray" in value:
        return decode_array(value["typedArray"]).numpy()
    return {key: decode(part) for key, part in value.items()}


def decode_array(entry):
    array = numpy.frombuffer(base64.b64decode(entry["data"]), dtype=entry["dtype"])
    return torch.from_numpy(array.copy()).reshape(entry["shape"])


def encode_batch(batch):
    if isinstance(batch, torch.Tensor):
        return {"tensor": encode(batch)}
    if isinstance(batch, dict):
        return {key: encode_batch(part) for key, part in batch.items()}
    return [encode_batch(part) for part in batch] if isinstance(batch, (list, tuple)) else batch


def tensors(count, shape, dtype=torch.float32):
    return [{"tensor": encode(torch.arange(torch.Size(shape).numel()).reshape(shape).to(dtype) + k)} for k in range(count)]


def typed_arrays(count, length, dtype):
    return [{"typedArray": encode(torch.arange(length).to(dtype) * k)} for k in range(count)]


collations = {
    "whole numbers": [3, 0, 2],
    "numbers": [0.5, -1.25],
    "booleans": [True, False, True],
    "strings": ["a", "bc"],
    "tensors": tensors(3, [2, 3]),
    "tensors without dimensions": tensors(3, [], torch.int64),
    "bytes": typed_arrays(2, 4, torch.uint8),
    "doubles": typed_arrays(2, 3, torch.float64),
    "pairs": [[x, label] for x, label in zip(tensors(3, [2]), [1, 0, 2])],
    "lists of numbers": [[1, 2.5], [3, 4.5]],
    "nested arrays": [[[1], "x"], [[2], "y"]],
    "objects": [{"x": x, "word": word, "more": {"y": [1, 2]}} for x, word in zip(tensors(2, [3], torch.float64), ["a", "b"])],
    "an item alone": [[7, "z"]],
    "empty arrays": [[], []],
}


def main():
    drawn = [{"seed": 100 + i, "epochs": 3, **case} for i, case in enumerate(orders)]
    write_fixture("data_order", [{"case": case, "result": run(case)} for case in drawn])
    write_fixture(
        "data_collate",
        [{"name": name, "items": items, "batch": encode_batch(data.default_collate(list(decode(items))))} for name, items in collations.items()],
    )
