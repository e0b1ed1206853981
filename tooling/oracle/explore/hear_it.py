"""Trains the amplifier of the website's page "Hear it" and saves it: python3 hear_it.py (about two minutes on one core).

An LSTM and a Linear learn, sample by sample, what a small circuit of a few lines does: gain, a soft clip that treats the
two halves of a wave differently, a low-pass. They see only what goes in and what comes out, as with a real amplifier.
"""
import json
import math
import pathlib
import struct

import torch
from torch import nn

DOCS = pathlib.Path(__file__).parents[3] / "apps/docs"
MODEL, SAMPLE = DOCS / "src/explore/hearIt/amp.safetensors", DOCS / "test/fixtures/hearIt.safetensors"
RATE = 48_000
UNITS = 16
GAIN, BIAS, CUTOFF = 7.0, 0.35, 2_800.0
SECONDS, HELD_OUT, WARM_UP, SEGMENT, BATCH, EPOCHS = 40, 4, 400, 2_000, 48, 45
SEED = 0


class Amp(nn.Module):
    """One sample in, one sample out."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, UNITS, batch_first=True)
        self.head = nn.Linear(UNITS, 1)

    def forward(self, x, state=None):
        h, state = self.lstm(x, state)
        return self.head(h), state


def circuit(x):
    """x (samples,) -> (samples,), in float64."""
    y = torch.tanh(GAIN * x + BIAS) - math.tanh(BIAS)
    keep = math.exp(-2 * math.pi * CUTOFF / RATE)
    for _ in range(2):  # two one-pole low-passes
        out, last = [], 0.0
        for value in y.tolist():
            last = value + keep * (last - value)
            out.append(last)
        y = torch.tensor(out, dtype=torch.float64)
    return 0.7 * y


def plucked(samples, generator):
    """Strings after Karplus and Strong: noise that goes round in a delay, and loses its heights."""
    x = torch.zeros(samples, dtype=torch.float64)
    at = 0
    while at < samples:
        notes = int(torch.randint(1, 4, (1,), generator=generator))
        length = int(torch.randint(RATE // 4, RATE, (1,), generator=generator))
        for _ in range(notes):
            period = int(RATE / (70 * 2 ** (3 * torch.rand(1, generator=generator).item())))
            line = (torch.rand(period, generator=generator, dtype=torch.float64) * 2 - 1).tolist()
            level = 0.1 + 0.5 * torch.rand(1, generator=generator).item()
            sound = []
            for i in range(length):
                value = line[i % period]
                line[i % period] = 0.996 * (value + line[(i + 1) % period]) / 2
                sound.append(value)
            end = min(samples, at + length)
            x[at:end] += level * torch.tensor(sound[: end - at], dtype=torch.float64)
        at += length
    return x


def tones(samples, generator):
    """Sines and saws that slide in height and level."""
    t = torch.arange(samples, dtype=torch.float64) / RATE
    height = 50 * 2 ** (3 + 3 * torch.sin(2 * math.pi * 0.23 * t))
    phase = torch.cumsum(height / RATE, 0)
    level = 0.5 * (1 + torch.sin(2 * math.pi * 0.71 * t)) * 0.8
    is_saw = (t % 4) < 2
    return level * torch.where(is_saw, 2 * (phase % 1) - 1, torch.sin(2 * math.pi * phase))


def signal(seconds, generator):
    """(samples,): strings, tones, and some noise, from silence to the full level."""
    samples = seconds * RATE
    half = samples // 2
    noise = 0.3 * torch.randn(samples - 2 * half + RATE, generator=generator, dtype=torch.float64)
    return torch.cat([plucked(half, generator), tones(half, generator), noise]).clamp(-1, 1)


def error_of(model, x, y):
    """Energy of the error over the energy of what should come out."""
    with torch.no_grad():
        out, _ = model(x.float()[None, :, None])
    return float(((out[0, :, 0] - y) ** 2).sum() / (y**2).sum())


def train(model, generator):
    x = signal(SECONDS, generator)
    y = circuit(x)
    held_x = signal(HELD_OUT, generator)
    held_y = circuit(held_x)
    count = len(x) // (WARM_UP + SEGMENT)
    size = count * (WARM_UP + SEGMENT)
    inputs = x[:size].float().view(count, -1, 1)
    targets = y[:size].float().view(count, -1, 1)
    optimizer = torch.optim.Adam(model.parameters(), 5e-3)
    steps = EPOCHS * math.ceil(count / BATCH) * (SEGMENT // 500)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 8e-3, total_steps=steps)
    for epoch in range(1, EPOCHS + 1):
        for rows in torch.randperm(count, generator=generator).split(BATCH):
            with torch.no_grad():
                _, state = model(inputs[rows, :WARM_UP])
            for start in range(WARM_UP, WARM_UP + SEGMENT, 500):
                piece = slice(start, start + 500)
                out, state = model(inputs[rows, piece], state)
                state = tuple(part.detach() for part in state)
                wanted = targets[rows, piece]
                loss = ((out - wanted) ** 2).sum() / ((wanted**2).sum() + 1e-3)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
        if epoch % 5 == 0:
            print(f"epoch {epoch}: error on held-out sound {error_of(model, held_x, held_y):.5f}", flush=True)
            save(model)


def save(model):
    write(MODEL, model.state_dict(), {"format": "pt", "sample_rate": str(RATE)})


def write(path, tensors, metadata):
    """A safetensors file of float32: eight bytes of length, a header in JSON, the numbers."""
    header, blocks, at = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        block = tensor.contiguous().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + len(block)]}
        blocks.append(block)
        at += len(block)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def main():
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    model = Amp()
    train(model, generator)
    save(model)
    x = plucked(2_000, generator).float()
    with torch.no_grad():
        out, _ = model(x[None, :, None])
    write(SAMPLE, {"input": x, "output": out[0, :, 0]}, {"format": "pt"})


main()
