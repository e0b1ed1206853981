"""Trains the quickstart's word-to-language classifier and saves it: python3 train.py (a few minutes on one core)."""
import itertools
import pathlib
import time

import torch
from model import LanguageClassifier, encode
from words import LANGUAGES, split

MODEL = pathlib.Path(__file__).parents[3] / "apps/quickstart/model/language.pt"
HELD_OUT = 2_500  # words a language
SIZES = {"embedding_size": 32, "hidden_size": 112}
EPOCHS, WORDS_AN_EPOCH, BATCH = 5, 40_000, 256  # words of each language, drawn anew, so that all count alike
LEARNING_RATE, SEED = 4e-3, 0


def main():
    torch.set_num_threads(1)
    training, held_out = split(HELD_OUT, SEED)
    torch.manual_seed(SEED)
    alphabet = "".join(sorted({letter for words in training for word in words for letter in word}))
    print(f"alphabet {alphabet}; {len(held_out)} held-out words", flush=True)

    model = LanguageClassifier(len(alphabet), len(LANGUAGES), **SIZES)
    print(model, sum(p.numel() for p in model.parameters()), "parameters", flush=True)
    train(model, training, alphabet)
    report(model, held_out, alphabet)

    MODEL.parent.mkdir(exist_ok=True)
    torch.save({"state_dict": model.state_dict(), "sizes": SIZES, "alphabet": alphabet, "languages": LANGUAGES}, MODEL)
    print(f"{MODEL.name}: {MODEL.stat().st_size / 1024:.0f} kB", flush=True)


def epochs(training):
    """Each epoch's `(word, language index)` pairs: the next words of every list, from its start again after its end."""
    streams = [itertools.cycle(words) for words in training]
    for _ in range(EPOCHS):
        yield [(word, index) for index, words in enumerate(streams) for word in itertools.islice(words, WORDS_AN_EPOCH)]


def steps(model, training, alphabet):
    """Trains the model and yields epoch, step and loss; apps/quickstart/src/training/trainingRun.ts does the same in TypeScript."""
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    total = EPOCHS * -(-len(training) * WORDS_AN_EPOCH // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=total)
    for epoch, pairs in enumerate(epochs(training), 1):
        letters, lengths = encode([word for word, _ in pairs], alphabet)
        targets = torch.tensor([language for _, language in pairs])
        for step, batch in enumerate(torch.randperm(len(pairs)).split(BATCH), 1):
            scores = model(letters[: lengths[batch].max(), batch], lengths[batch])
            loss = torch.nn.functional.cross_entropy(scores, targets[batch])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            yield epoch, step, loss.item()


def train(model, training, alphabet):
    start, loss_sum = time.perf_counter(), 0.0
    for epoch, step, loss in steps(model, training, alphabet):
        loss_sum += loss
        if step % 250 == 0:
            seconds = time.perf_counter() - start
            print(f"epoch {epoch}/{EPOCHS}, step {step}: loss {loss_sum / 250:.3f}, {seconds:.0f} s", flush=True)
            loss_sum = 0.0


@torch.no_grad()
def probabilities(model, words, alphabet, batch=500):
    """(len(words), languages)"""
    model.eval()
    parts = [model(*encode(words[at : at + batch], alphabet)) for at in range(0, len(words), batch)]
    return torch.cat(parts).softmax(dim=1)


def report(model, pairs, alphabet):
    found = probabilities(model, [word for word, _ in pairs], alphabet).argmax(dim=1)
    targets = torch.tensor([language for _, language in pairs])
    right = found == targets
    print(f"held-out accuracy: {right.float().mean():.4f} of {len(pairs)} words", flush=True)
    for index, language in enumerate(LANGUAGES):
        mistakes = found[(targets == index) & ~right]
        taken = ", ".join(f"{LANGUAGES[other]} {count}" for other, count in enumerate(mistakes.bincount(minlength=8)) if count)
        print(f"  {language} {right[targets == index].float().mean():.4f}; the rest taken for {taken}", flush=True)


if __name__ == "__main__":
    main()
