"""The classifier; apps/quickstart/src/model.ts is the same in TypeScript."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence


class LanguageClassifier(nn.Module):
    """Letters of a word, embedded; a bidirectional LSTM; both final hidden states; one score a language."""

    def __init__(self, letters, languages, embedding_size, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(letters, embedding_size)
        self.lstm = nn.LSTM(embedding_size, hidden_size, bidirectional=True)
        self.head = nn.Linear(2 * hidden_size, languages)

    def forward(self, letters, lengths):
        """letters (T, N) int64, lengths (N) -> scores (N, languages)."""
        packed = pack_padded_sequence(self.embedding(letters), lengths, enforce_sorted=False)
        _, (hn, _) = self.lstm(packed)
        return self.head(torch.cat((hn[0], hn[1]), dim=1))


def encode(words, alphabet):
    """Words as padded letter indices (T, N), and their lengths (N)."""
    rows = [torch.tensor([alphabet.index(letter) for letter in word]) for word in words]
    return pad_sequence(rows), torch.tensor([len(row) for row in rows])
