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

    def time(self, call, ms):
        """ms of each call, for about ms, at least one."""
        samples, total = [], 0.0
        while not samples or total < ms:
            start = time.perf_counter_ns()
            call()
            samples.append((time.perf_counter_ns() - start) / 1e6)
            total += samples[-1]
        return samples


class Learning(Prepared):
    """One that is trained: the gradient of its outputs follows the input in the payload."""

    def __init__(self, case, payload):
        size = case["T"] * case["N"] * case["spec"]["hiddenSize"] * 4
        super().__init__({**case, "ragged": False, "streaming": False}, payload[:-size])
        self.gradient = torch.frombuffer(bytearray(payload[-size:]), dtype=torch.float32).view(case["T"], case["N"], -1)
        if case["cells"]:
            cell = nn.LSTMCell(case["spec"]["inputSize"], case["spec"]["hiddenSize"])
            for own, given in zip(cell.parameters(), self.module.parameters()):
                own.copy_(given)
            self.module = cell
        self.cells = case["cells"]
        self.parameters = list(self.module.train().parameters())
        self.optimizer = torch.optim.Adam(self.parameters, lr=case["lr"])

    def forward(self):
        if not self.cells:
            return self.module(self.input)[0]
        outputs, state = [], None
        for x in self.input.unbind(0):
            state = self.module(x, state)
            outputs.append(state[0])
        return torch.stack(outputs)

    def inference(self):
        with torch.inference_mode():
            self.forward()

    def backward(self):
        self.optimizer.zero_grad()
        self.forward().backward(self.gradient)

    def step(self):
        self.backward()
        self.optimizer.step()

    def gradients(self):
        self.backward()
        return [torch.cat([parameter.grad.flatten() for parameter in self.parameters])]


is_training = sys.argv[2:] == ["training"]
reply({"version": torch.__version__})
prepared = None
with torch.inference_mode(not is_training):
    for line in requests:
        request = json.loads(line)
        if "prepare" in request:
            with torch.no_grad():
                prepared = (Learning if is_training else Prepared)(request["prepare"], requests.read(request["bytes"]))
            reply({})
        elif "output" in request:
            tensors = prepared.gradients() if is_training else prepared.output(request["output"])
            reply({"lengths": [t.numel() for t in tensors]}, tensors)
        elif "time" in request:
            call = {"forward": prepared.inference, "backward": prepared.backward, "step": prepared.step}[request["pass"]] if is_training else prepared.call
            reply({"samples": prepared.time(call, request["time"])})
