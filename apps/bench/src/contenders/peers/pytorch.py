"""PyTorch on as many threads as the argument says, asked over standard input: see pytorch.ts for the messages."""

import ctypes
import json
import sys
import time

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence

torch.set_num_threads(int(sys.argv[1]))
requests, replies = sys.stdin.buffer, sys.stdout.buffer


def reply(message, tensors=()):
    payload = b"".join(ctypes.string_at(t.data_ptr(), t.numel() * 4) for t in tensors)
    replies.write(json.dumps({**message, "bytes": len(payload)}).encode() + b"\n" + payload)
    replies.flush()


class Prepared:
    def __init__(self, case, payload):
        floats = torch.frombuffer(bytearray(payload), dtype=torch.float32)
        spec = case["spec"]
        mode = spec["mode"]
        options = dict(num_layers=spec["numLayers"], bidirectional=spec["bidirectional"])
        if mode == "LSTM":
            options["proj_size"] = spec["projSize"]
        if mode.startswith("RNN"):
            options["nonlinearity"] = mode[4:].lower()
        kind = {"LSTM": nn.LSTM, "GRU": nn.GRU}.get(mode, nn.RNN)
        self.module = kind(spec["inputSize"], spec["hiddenSize"], **options).eval()
        at = 0
        for parameter in self.module.parameters():  # w_ih, w_hh, b_ih, b_hh, w_hr of each layer and direction
            parameter.copy_(floats[at : at + parameter.numel()].view_as(parameter))
            at += parameter.numel()
        data = floats[at:].view(-1, spec["inputSize"]).clone()
        if case["ragged"]:
            self.input = PackedSequence(data, torch.tensor(case["batchSizes"]))
        else:
            self.input = data.view(case["T"], case["N"], spec["inputSize"])
        self.streaming = case["streaming"]
        self.state = None

    def call(self):
        output, state = self.module(self.input, self.state)
        if self.streaming:
            self.state = state
        return output, state

    def output(self, steps):
        self.state = None
        for _ in range(steps):
            output, state = self.call()
        data = output.data if isinstance(output, PackedSequence) else output
        states = state if isinstance(state, tuple) else (state,)
        return [t.contiguous() for t in (data, *states)]

    def time(self, ms):
        """ms of each call, for about ms, at least one."""
        samples, total = [], 0.0
        while not samples or total < ms:
            start = time.perf_counter_ns()
            self.call()
            samples.append((time.perf_counter_ns() - start) / 1e6)
            total += samples[-1]
        return samples


reply({"version": torch.__version__})
prepared = None
with torch.inference_mode():
    for line in requests:
        request = json.loads(line)
        if "prepare" in request:
            with torch.no_grad():
                prepared = Prepared(request["prepare"], requests.read(request["bytes"]))
            reply({})
        elif "output" in request:
            tensors = prepared.output(request["output"])
            reply({"lengths": [t.numel() for t in tensors]}, tensors)
        elif "time" in request:
            reply({"samples": prepared.time(request["time"])})
