"""The six classic snippets: each gives its module, its inputs and its outputs, by name."""
import torch
from torch import nn


def rnn_cell():
    rnn = nn.RNNCell(10, 20)
    input = torch.randn(6, 3, 10)
    h0 = hx = torch.randn(3, 20)
    steps = []
    for xt in input:
        hx = rnn(xt, hx)
        steps.append(hx)
    return rnn, {"input": input, "h0": h0}, {"output": torch.stack(steps)}


def rnn():
    rnn = nn.RNN(10, 100, batch_first=True, num_layers=2, bidirectional=True)
    input = torch.randn(2, 5, 10)
    output, hn = rnn(input)
    return rnn, {"input": input}, {"output": output, "hn": hn}


def lstm_cell():
    rnn = nn.LSTMCell(10, 20)
    input = torch.randn(2, 3, 10)
    h0 = hx = torch.randn(3, 20)
    c0 = cx = torch.randn(3, 20)
    steps = []
    for xt in input:
        hx, cx = rnn(xt, (hx, cx))
        steps.append(hx)
    return rnn, {"input": input, "h0": h0, "c0": c0}, {"output": torch.stack(steps), "cn": cx}


def lstm():
    rnn = nn.LSTM(10, 20, 2)
    input = torch.randn(5, 3, 10)
    h0 = torch.randn(2, 3, 20)
    c0 = torch.randn(2, 3, 20)
    output, (hn, cn) = rnn(input, (h0, c0))
    return rnn, {"input": input, "h0": h0, "c0": c0}, {"output": output, "hn": hn, "cn": cn}


def gru_cell():
    rnn = nn.GRUCell(10, 20)
    input = torch.randn(6, 3, 10)
    h0 = hx = torch.randn(3, 20)
    steps = []
    for xt in input:
        hx = rnn(xt, hx)
        steps.append(hx)
    return rnn, {"input": input, "h0": h0}, {"output": torch.stack(steps)}


def gru():
    rnn = nn.GRU(10, 20, 2)
    input = torch.randn(5, 3, 10)
    h0 = torch.randn(2, 3, 20)
    output, hn = rnn(input, h0)
    return rnn, {"input": input, "h0": h0}, {"output": output, "hn": hn}


SNIPPETS = {"RNNCell": rnn_cell, "RNN": rnn, "LSTMCell": lstm_cell, "LSTM": lstm, "GRUCell": gru_cell, "GRU": gru}
