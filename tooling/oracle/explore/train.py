"""Trains the small models of the website's page "Inside a cell" and saves them: python3 train.py (some minutes on one core).

For each of RNN, LSTM and GRU two models, all of the same size: one tells the language of a word after each letter (from the
same words as the quickstart's), one tells the next value of a signal.
"""
import itertools
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "quickstart"))
import torch
from model import encode
from torch import nn
from words import LANGUAGES, split

FILE = pathlib.Path(__file__).parents[3] / "apps/docs/src/explore/insideACell/cells.pt"
KINDS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
EMBEDDING, UNITS = 6, 16  # few enough that every unit is a row that a finger can hit
STEPS, BATCH, HELD_OUT = 3_000, 256, 500
SIGNAL_UNITS, SIGNAL_STEPS, SIGNAL_LENGTH = 8, 4_000, 32
SEED = 0


class Reader(nn.Module):
    """Letters, embedded; one recurrent layer; after each letter a score for each language."""

    def __init__(self, kind, letters):
        super().__init__()
        self.embedding = nn.Embedding(letters, EMBEDDING)
        self.layer = KINDS[kind](EMBEDDING, UNITS)
        self.head = nn.Linear(UNITS, len(LANGUAGES))

    def forward(self, letters):
        return self.head(self.layer(self.embedding(letters))[0])


class Predictor(nn.Module):
    """A signal; one recurrent layer; after each value the next one."""

    def __init__(self, kind):
        super().__init__()
        self.layer = KINDS[kind](1, SIGNAL_UNITS)
        self.head = nn.Linear(SIGNAL_UNITS, 1)

    def forward(self, signal):
        return self.head(self.layer(signal)[0])


def last(scores, lengths):
    """scores (T, N, languages) -> (N, languages) after each word's last letter"""
    return scores[lengths - 1, torch.arange(len(lengths))]


def train(model, steps, loss_of, rate=1e-2):
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    for step in range(1, steps + 1):
        loss = loss_of()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 500 == 0:
            print(f"  step {step}: loss {loss.item():.4f}", flush=True)


def train_reader(kind, training, held_out, alphabet):
    torch.manual_seed(SEED)
    model = Reader(kind, len(alphabet))
    streams = [itertools.cycle(words) for words in training]

    def loss():
        pairs = [(word, index) for index, words in enumerate(streams) for word in itertools.islice(words, BATCH // len(streams))]
        letters, lengths = encode([word for word, _ in pairs], alphabet)
        targets = torch.tensor([index for _, index in pairs])
        return nn.functional.cross_entropy(last(model(letters), lengths), targets)

    train(model, STEPS, loss)
    with torch.no_grad():
        letters, lengths = encode([word for word, _ in held_out], alphabet)
        right = last(model(letters), lengths).argmax(1) == torch.tensor([index for _, index in held_out])
    accuracy = right.float().mean().item()
    print(f"{kind}, words: held-out accuracy {accuracy:.3f}", flush=True)
    return model, accuracy


def signals(count):
    """Sines and square waves of many periods, phases and heights: (T + 1, count, 1)"""
    times = torch.arange(SIGNAL_LENGTH + 1).unsqueeze(1)
    period, phase, height = torch.rand(3, count)
    waves = torch.sin(2 * math.pi * (times / (5 + 11 * period) + phase))
    square = torch.rand(count) < 0.5
    return ((0.3 + 0.7 * height) * torch.where(square, waves.sign(), waves)).unsqueeze(2)


def train_predictor(kind):
    torch.manual_seed(SEED)
    model = Predictor(kind)

    def loss():
        signal = signals(BATCH)
        return nn.functional.mse_loss(model(signal[:-1]), signal[1:])

    train(model, SIGNAL_STEPS, loss)
    print(f"{kind}, signals: loss {loss().item():.4f}", flush=True)
    return model


def main():
    torch.set_num_threads(1)
    training, held_out = split(HELD_OUT, SEED)
    alphabet = "".join(sorted({letter for words in training for word in words for letter in word}))
    words, signal, accuracy = {}, {}, {}
    for kind in KINDS:
        model, accuracy[kind] = train_reader(kind, training, held_out, alphabet)
        words[kind], signal[kind] = model.state_dict(), train_predictor(kind).state_dict()
    saved = {"alphabet": alphabet, "languages": LANGUAGES, "accuracy": accuracy, "words": words, "signal": signal}
    FILE.parent.mkdir(parents=True, exist_ok=True)
    torch.save(saved, FILE)
    print(f"{FILE.name}: {FILE.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main()
