"""torch.nn.utils.rnn: packing, padding and back, for several dtypes, trailing dimensions, sorted and unsorted; packed
sequences that contradict themselves."""
import os

import torch
from common import encode, write_fixture
from torch.nn.utils import rnn


def sample(shape, dtype):
    if dtype.is_floating_point:
        return torch.randn(shape, dtype=dtype)
    return torch.randint(0, 2 if dtype == torch.bool else 100, shape).to(dtype)


def described(kind, **facts):
    shown = ", ".join(f"{key}={str(value).removeprefix('torch.')}" for key, value in facts.items())
    return {"kind": kind, "name": f"{kind} {shown}"}


def encode_packed(packed):
    names = {"data": "data", "batchSizes": "batch_sizes", "sortedIndices": "sorted_indices", "unsortedIndices": "unsorted_indices"}
    return {**{ours: encode(getattr(packed, theirs)) for ours, theirs in names.items()}, "printed": str(packed)}


def pack_case(lengths, trailing=(3,), dtype=torch.float32, batch_first=False, enforce_sorted=True, time=None, pad_first=False,
              padding_value=0.0, total_length=None):
    time = time or max(lengths)
    lead = (len(lengths), time) if batch_first else (time, len(lengths))
    padded = sample((*lead, *trailing), dtype)
    packed = rnn.pack_padded_sequence(padded, lengths, batch_first=batch_first, enforce_sorted=enforce_sorted)
    repadded, relengths = rnn.pad_packed_sequence(packed, batch_first=pad_first, padding_value=padding_value, total_length=total_length)
    return {
        **described("packPaddedSequence", lengths=lengths, trailing=trailing, dtype=dtype, batchFirst=batch_first,
                    enforceSorted=enforce_sorted, totalLength=total_length),
        "input": encode(padded),
        "lengths": lengths,
        "options": {"batchFirst": batch_first, "enforceSorted": enforce_sorted},
        "packed": encode_packed(packed),
        "padOptions": {"batchFirst": pad_first, "paddingValue": padding_value, **({} if total_length is None else {"totalLength": total_length})},
        "padded": encode(repadded),
        "paddedLengths": encode(relengths),
        "unpacked": [encode(sequence) for sequence in rnn.unpack_sequence(packed)],
    }


def pad_case(lengths, trailing=(2,), dtype=torch.float32, batch_first=False, padding_value=0.0, padding_side="right", enforce_sorted=False):
    sequences = [sample((length, *trailing), dtype) for length in lengths]
    padded = rnn.pad_sequence(sequences, batch_first=batch_first, padding_value=padding_value, padding_side=padding_side)
    return {
        **described("padSequence", lengths=lengths, trailing=trailing, dtype=dtype, batchFirst=batch_first,
                    paddingValue=padding_value, paddingSide=padding_side),
        "sequences": [encode(sequence) for sequence in sequences],
        "options": {"batchFirst": batch_first, "paddingValue": padding_value, "paddingSide": padding_side},
        "padded": encode(padded),
        "enforceSorted": enforce_sorted,
        "packed": encode_packed(rnn.pack_sequence(sequences, enforce_sorted=enforce_sorted)) if min(lengths) > 0 else None,
    }


def contradiction_case(why, batch_sizes, rows=6, sorted_indices=None, unsorted_indices=None):
    """What PyTorch makes of a packed sequence that contradicts itself, asked in a process of its own: some end it."""
    child = os.fork()
    if child == 0:
        try:
            indices = [None if each is None else torch.tensor(each) for each in (sorted_indices, unsorted_indices)]
            rnn.pad_packed_sequence(rnn.PackedSequence(torch.arange(float(rows)), torch.tensor(batch_sizes, dtype=torch.int64), *indices))
        except Exception:
            os._exit(1)
        os._exit(0)
    refused = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    return {"kind": "contradiction", "name": why, "rows": rows, "batchSizes": batch_sizes, "sortedIndices": sorted_indices,
            "unsortedIndices": unsorted_indices, "refusedByPyTorch": refused}


def main():
    torch.manual_seed(17)
    cases = [
        pack_case([4, 3, 1]),
        pack_case([3, 3, 3], pad_first=True),
        pack_case([4, 2, 2, 1], time=6, batch_first=True, total_length=6),
        pack_case([2, 4, 1], enforce_sorted=False),
        # Equal lengths keep their order: the sort is stable.
        pack_case([2, 5, 2, 5, 1, 2], enforce_sorted=False, batch_first=True, pad_first=True, padding_value=-1.5),
        pack_case([1, 3], enforce_sorted=False, trailing=(2, 2), dtype=torch.float64, padding_value=3.25, total_length=4),
        pack_case([3, 2, 2], trailing=(), dtype=torch.int64, padding_value=-100),
        pack_case([1, 2, 3], trailing=(2,), dtype=torch.uint8, enforce_sorted=False, batch_first=True, pad_first=True, padding_value=7),
        pack_case([2, 1], trailing=(3,), dtype=torch.bool, padding_value=1),
        pack_case([1], trailing=(1,), dtype=torch.int32),
        pad_case([2, 4, 1]),
        pad_case([3, 2, 2], enforce_sorted=True, batch_first=True, padding_value=2.5),
        pad_case([1, 3], batch_first=True, padding_side="left", padding_value=-1.0),
        pad_case([1, 3, 2], padding_side="left", trailing=(), dtype=torch.int64),
        pad_case([0, 2], trailing=(2, 3), dtype=torch.float64),
        {"kind": "invertPermutation", "name": "invertPermutation", "permutation": [2, 0, 3, 1, 4],
         "inverse": rnn.invert_permutation(torch.tensor([2, 0, 3, 1, 4])).tolist()},
        contradiction_case("sizes that grow", [2, 4]),
        contradiction_case("sizes that grow, of too few rows", [3, 4]),
        contradiction_case("sizes that grow again", [3, 1, 2]),
        contradiction_case("a negative size", [7, -1]),
        contradiction_case("a size of 0", [3, 3, 0]),
        contradiction_case("no sequence", [0], rows=0),
        contradiction_case("no timestep", [], rows=0),
        contradiction_case("fewer rows in all than there are", [3, 2]),
        contradiction_case("more rows in all than there are", [4, 3]),
        contradiction_case("a billion sequences of six rows", [10**9]),
        contradiction_case("an order of another sequence", [3, 3], sorted_indices=[0, 1, 9]),
        contradiction_case("an order with a negative place", [3, 3], sorted_indices=[-1, 0, 1]),
        contradiction_case("an order with a repetition", [3, 3], sorted_indices=[1, 1, 2]),
        contradiction_case("an order of too few sequences", [3, 3], sorted_indices=[1, 0]),
        contradiction_case("an order of too many sequences", [3, 3], sorted_indices=[0, 1, 2, 3]),
        contradiction_case("an inverse of another sequence", [3, 3], unsorted_indices=[0, 1, 9]),
        contradiction_case("an inverse with a repetition", [3, 3], unsorted_indices=[1, 1, 2]),
        contradiction_case("an inverse of too few sequences", [3, 3], unsorted_indices=[1, 0]),
        contradiction_case("an inverse that is none", [3, 3], sorted_indices=[1, 2, 0], unsorted_indices=[1, 2, 0]),
    ]
    write_fixture("packing", cases)
