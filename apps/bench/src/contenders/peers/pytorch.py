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


def layers(spec):
    mode = spec["mode"]
    options = dict(num_layers=spec["numLayers"], bidirectional=spec["bidirectional"])
    if mode == "LSTM":
        options["proj_size"] = spec["projSize"]
    if mode.startswith("RNN"):
        options["nonlinearity"] = mode[4:].lower()
    kind = {"LSTM": nn.LSTM, "GRU": nn.GRU}.get(mode, nn.RNN)
    return kind(spec["inputSize"], spec["hiddenSize"], **options)


def fill(module, payload):
    """Copies the first floats into all parameters, in order. The others are left."""
    floats = torch.frombuffer(bytearray(payload), dtype=torch.float32)
    for parameter in module.parameters():
        with torch.no_grad():
            parameter.copy_(floats[: parameter.numel()].view_as(parameter))
        floats = floats[parameter.numel() :]
    return floats.clone()


class Prepared:
    def __init__(self, case, payload):
        self.module = layers(case["spec"]).eval()
        data = fill(self.module, payload).view(-1, case["spec"]["inputSize"])
        if case["ragged"]:
            self.input = PackedSequence(data, torch.tensor(case["batchSizes"]))
        else:
            self.input = data.view(case["T"], case["N"], -1)
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


class Learning:
    def __init__(self, case, payload):
        spec, T, N = case["spec"], case["T"], case["N"]
        self.cells, self.words = case["model"] == "cells", case["words"]
        self.layers = nn.LSTMCell(spec["inputSize"], spec["hiddenSize"]) if self.cells else layers(spec)
        self.embedding = nn.Embedding(self.words, spec["inputSize"]) if self.words else None
        self.head = nn.Linear(spec["hiddenSize"], case["outputs"]) if case["outputs"] else None
        module = nn.ModuleList(part for part in (self.embedding, self.layers, self.head) if part is not None).train()
        given = fill(module, payload)
        if self.words:
            characters, self.following = given.long().view(2, -1)
            self.input = characters.view(T, N)
        else:
            size = T * N * spec["inputSize"]
            self.input, self.gradient = given[:size].view(T, N, -1), given[size:].view(T, N, -1)
        self.parameters = list(module.parameters())
        self.optimizer = torch.optim.Adam(self.parameters, lr=case["lr"])

    def forward(self):
        x = self.embedding(self.input) if self.words else self.input
        outputs = self.loop(x) if self.cells else self.layers(x)[0]
        return self.head(outputs) if self.head else outputs

    def loop(self, input):
        outputs, state = [], None
        for x in input.unbind(0):
            state = self.layers(x, state)
            outputs.append(state[0])
        return torch.stack(outputs)

    def inference(self):
        with torch.inference_mode():
            self.forward()

    def backward(self):
        self.optimizer.zero_grad()
        outputs = self.forward()
        if self.words:
            nn.functional.cross_entropy(outputs.flatten(0, 1), self.following).backward()
        else:
            outputs.backward(self.gradient)

    def step(self):
        self.backward()
        self.optimizer.step()

    def call(self, name):
        return {"forward": self.inference, "backward": self.backward, "step": self.step}[name]

    def gradients(self):
        self.backward()
        return [torch.cat([parameter.grad.flatten() for parameter in self.parameters])]


def timed(call, ms):
    """ms of each call, for about ms, at least one."""
    samples, total = [], 0.0
    while not samples or total < ms:
        start = time.perf_counter_ns()
        call()
        samples.append((time.perf_counter_ns() - start) / 1e6)
        total += samples[-1]
    return samples


def answer(request):
    """The prepared case answers, and its tensors."""
    global prepared
    learns = isinstance(prepared, Learning)
    if "prepare" in request:
        case, payload = request["prepare"], requests.read(request["bytes"])
        prepared = (Learning if "lr" in case else Prepared)(case, payload)
        return {}, []
    if "output" in request:
        tensors = prepared.gradients() if learns else prepared.output(request["output"])
        return {"lengths": [t.numel() for t in tensors]}, tensors
    return {"samples": timed(prepared.call(request["pass"]) if learns else prepared.call, request["time"])}, []


reply({"version": torch.__version__})
prepared = None
for line in requests:
    request = json.loads(line)
    learns = "lr" in request["prepare"] if "prepare" in request else isinstance(prepared, Learning)
    with torch.inference_mode(not learns):
        reply(*answer(request))
