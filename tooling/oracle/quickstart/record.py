"""Records what PyTorch computes, for apps/quickstart to compare with: python3 record.py, after train.py (seconds)."""
import torch
from model import LanguageClassifier
from snippets import SNIPPETS
from train import HELD_OUT, MODEL, probabilities
from words import split

SAMPLE = 100  # words a language; the whole held-out split stays out of the repository


def main():
    torch.set_num_threads(1)
    save("heldout.pt", held_out())
    save("snippets.pt", {name: run(snippet) for name, snippet in SNIPPETS.items()})


def load(path):
    """A model that train.py or `npm start -- train` saved, its alphabet and its languages."""
    checkpoint = torch.load(path, weights_only=True)
    alphabet, languages = checkpoint["alphabet"], checkpoint["languages"]
    model = LanguageClassifier(len(alphabet), len(languages), **checkpoint["sizes"])
    model.load_state_dict(checkpoint["state_dict"])
    return model, alphabet, languages


def held_out():
    model, alphabet, languages = load(MODEL)
    _, pairs = split(HELD_OUT)
    pairs = [pair for index in range(len(languages)) for pair in [p for p in pairs if p[1] == index][:SAMPLE]]
    words, targets = [word for word, _ in pairs], torch.tensor([language for _, language in pairs])
    recorded = probabilities(model, words, alphabet)
    accuracy = (recorded.argmax(dim=1) == targets).sum().item() / len(words)
    print(f"accuracy on the {len(words)} recorded words: {accuracy:.4f}")
    return {"words": words, "languages": targets, "probabilities": recorded, "accuracy": accuracy, "torch": str(torch.__version__)}


@torch.no_grad()
def run(snippet):
    torch.manual_seed(0)
    module, inputs, outputs = snippet()
    return {"weights": module.state_dict(), "inputs": inputs, "outputs": outputs}


def save(name, value):
    path = MODEL.with_name(name)
    torch.save(value, path)
    print(f"{name}: {path.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main()
