"""Losses: values, gradients of each float argument, and second gradients."""
import torch
import torch.nn.functional as F
from common import encode, write_fixture

FLOATS = (torch.float32, torch.float64)
REDUCTIONS = ("none", "mean", "sum")


def weighted(x):
    """A sum in which each element counts differently."""
    return (x * (torch.arange(1, x.numel() + 1, dtype=x.dtype) * 0.3).reshape(x.shape)).sum()


def dense(gradient):
    """PyTorch's own zeros have no memory."""
    return None if gradient is None else torch.empty(gradient.shape, dtype=gradient.dtype).copy_(gradient.detach())


def case(loss, name, arguments, second=True, wants=None, **options):
    """`wants`: which arguments have gradients; by default all floats."""
    given = [x.clone() for x in arguments]
    if wants is None:
        wants = [k for k, x in enumerate(given) if x.is_floating_point()]
    for k in wants:
        given[k].requires_grad_()
    output = getattr(F, loss)(*given, **options)
    gradients = torch.autograd.grad(weighted(output), [given[k] for k in wants], create_graph=second, allow_unused=True)
    seconds = None
    if second:
        total = sum(weighted(g) for g in gradients if g is not None)
        seconds = torch.autograd.grad(total, [given[k] for k in wants], allow_unused=True) if total.requires_grad else [None for _ in wants]
    shown = ", ".join(f"{key}={'tensor' if torch.is_tensor(value) else value}" for key, value in options.items())
    return {
        "name": f"{loss}: {name}, {shown} {str(given[0].dtype)[6:]}",
        "loss": loss,
        "arguments": [encode(x) for x in given],
        "wants": wants,
        "options": {key: encode(value) if torch.is_tensor(value) else value for key, value in options.items()},
        "output": encode(output),
        "gradients": [encode(dense(g)) for g in gradients],
        "seconds": seconds and [encode(dense(g)) for g in seconds],
    }


def class_cases(dtype):
    torch.manual_seed(1)
    x, deep, flat = torch.randn(5, 4, dtype=dtype) * 3, torch.randn(2, 3, 4, dtype=dtype), torch.randn(4, dtype=dtype)
    y, deep_y, flat_y = torch.tensor([0, 3, 1, -100, 3]), torch.tensor([[0, 2, 1, -100], [2, 2, 0, 1]]), torch.tensor(2)
    weight, deep_weight = torch.tensor([0.5, 2, 1, 0.25], dtype=dtype), torch.tensor([1, 0, 3], dtype=dtype)
    large = torch.tensor([[200.0, -200, 0, 0], [-200, 200, 200, 0]], dtype=dtype)
    ignored = torch.tensor([-100, -100, -100, -100, -100])
    for reduction in REDUCTIONS:
        for smoothing in (0.0, 0.2):
            options = {"reduction": reduction, "label_smoothing": smoothing}
            yield case("cross_entropy", "(N, C)", [x, y], **options)
            yield case("cross_entropy", "(N, C)", [x, y], weight=weight, **options)
            yield case("cross_entropy", "(N, C, d)", [deep, deep_y], weight=deep_weight, **options)
            yield case("cross_entropy", "probabilities", [x, torch.softmax(x * 0.5 + 1, 1)], weight=weight, **options)
        yield case("cross_entropy", "another ignored", [x, y.clamp(0)], ignore_index=3, reduction=reduction)
        yield case("cross_entropy", "all ignored", [x, ignored], reduction=reduction)
        yield case("cross_entropy", "+-200", [large, torch.tensor([1, 1])], reduction=reduction)
        yield case("nll_loss", "(N, C)", [torch.log_softmax(x, 1), y], weight=weight, reduction=reduction)
        yield case("nll_loss", "(N, C, d)", [deep, deep_y.clamp(0)], reduction=reduction, ignore_index=2)
        yield case("nll_loss", "all ignored", [x, ignored], reduction=reduction)
    yield case("cross_entropy", "(C)", [flat, flat_y], label_smoothing=0.1)
    yield case("cross_entropy", "probabilities (C)", [flat, torch.softmax(flat, 0)], label_smoothing=0.1)
    yield case("cross_entropy", "probabilities (N, C, d)", [deep, torch.softmax(deep, 1)], weight=deep_weight)
    yield case("cross_entropy", "no rows", [x[:0], y[:0]])
    yield case("nll_loss", "(C)", [flat, flat_y], weight=weight)
    minus = torch.tensor([[-float("inf"), -1, 0], [-1, -float("inf"), -2]], dtype=dtype)
    yield case("nll_loss", "-inf ignored", [minus, torch.tensor([-100, 2])])


def difference_cases(dtype):
    torch.manual_seed(2)
    x, y = torch.randn(3, 4, dtype=dtype) * 2, torch.randn(3, 4, dtype=dtype)
    # Ties, the limits themselves, and what is not finite.
    special = torch.tensor([0, -0.0, 1, -1, 0.5, -0.5, 2, 3, float("inf"), -float("inf"), float("nan"), 1e30], dtype=dtype)
    zeros = torch.zeros_like(special)
    for reduction in REDUCTIONS:
        for loss, options in (("mse_loss", {}), ("l1_loss", {}), ("smooth_l1_loss", {}), ("smooth_l1_loss", {"beta": 0.5}), ("smooth_l1_loss", {"beta": 0}), ("huber_loss", {}), ("huber_loss", {"delta": 2.5})):
            yield case(loss, "(3, 4)", [x, y], reduction=reduction, **options)
    for loss in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"):
        yield case(loss, "special", [special, zeros], reduction="none")
        yield case(loss, "empty", [x[:0], y[:0]])
        yield case(loss, "without dimensions", [x[0, 0], y[0, 0]])


def binary_cases(dtype):
    torch.manual_seed(3)
    x, y = torch.randn(3, 4, dtype=dtype) * 2, torch.rand(3, 4, dtype=dtype)
    weight, pos = torch.rand(4, dtype=dtype) + 0.5, torch.tensor([1, 3, 0.5, 2], dtype=dtype)
    logits = torch.tensor([200, -200, 200, -200, 0, 50, -50, 1e-3], dtype=dtype)
    targets = torch.tensor([1, 0, 0, 1, 0.5, 0, 1, 1], dtype=dtype)
    for reduction in REDUCTIONS:
        yield case("binary_cross_entropy", "(3, 4)", [torch.sigmoid(x), y], reduction=reduction)
        yield case("binary_cross_entropy", "(3, 4)", [torch.sigmoid(x), y], reduction=reduction, weight=weight)
        for options in ({}, {"weight": weight}, {"pos_weight": pos}, {"weight": weight, "pos_weight": pos}):
            yield case("binary_cross_entropy_with_logits", "(3, 4)", [x, y], reduction=reduction, **options)
        yield case("binary_cross_entropy_with_logits", "+-200", [logits, targets], reduction=reduction)
        yield case("binary_cross_entropy_with_logits", "+-200", [logits, targets], reduction=reduction, pos_weight=pos[1])
    sure = torch.tensor([0.0, 1, 0, 1, 0.5], dtype=dtype)
    yield case("binary_cross_entropy", "0 and 1", [sure, torch.tensor([0.0, 1, 1, 0, 1], dtype=dtype)], second=False, wants=[0], reduction="none")
    yield case("binary_cross_entropy", "empty", [y[:0], y[:0]])
    yield case("binary_cross_entropy_with_logits", "empty", [y[:0], y[:0]])


def divergence_cases(dtype):
    torch.manual_seed(4)
    x, y = torch.log_softmax(torch.randn(3, 4, dtype=dtype), 1), torch.softmax(torch.randn(3, 4, dtype=dtype), 1)
    for reduction in (*REDUCTIONS, "batchmean"):
        yield case("kl_div", "(3, 4)", [x, y], reduction=reduction)
        yield case("kl_div", "(3, 4)", [x, y.log()], reduction=reduction, log_target=True)
    yield case("kl_div", "targets of 0", [x, torch.eye(3, 4, dtype=dtype)], wants=[0], reduction="none")
    yield case("kl_div", "stretched", [x, y[0]], reduction="batchmean")
    yield case("kl_div", "empty", [x[:0], y[:0]], reduction="batchmean")


def ctc_cases(dtype):
    torch.manual_seed(5)
    x = torch.log_softmax(torch.randn(6, 3, 5, dtype=dtype), 2)
    padded = torch.tensor([[1, 2, 2], [3, 0, 0], [4, 4, 1]])
    steps, labels = torch.tensor([6, 4, 5]), torch.tensor([3, 1, 2])
    joined = torch.tensor([1, 2, 2, 3, 4, 4])
    for reduction in REDUCTIONS:
        yield case("ctc_loss", "padded", [x, padded, steps, labels], second=False, reduction=reduction)
        yield case("ctc_loss", "joined", [x, joined, steps, labels], second=False, reduction=reduction)
        # Two equal labels need three timesteps.
        for zero_infinity in (False, True):
            yield case("ctc_loss", "impossible", [x, padded, torch.tensor([3, 4, 2]), torch.tensor([3, 1, 3])], second=False, reduction=reduction, zero_infinity=zero_infinity)
        yield case("ctc_loss", "without labels", [x, padded, steps, torch.tensor([0, 1, 0])], second=False, reduction=reduction)
        yield case("ctc_loss", "another blank", [x, torch.tensor([[0, 1, 1], [3, 2, 0], [1, 0, 1]]), steps, labels], second=False, blank=4, reduction=reduction)
    yield case("ctc_loss", "no timesteps", [x, padded, torch.tensor([0, 0, 5]), torch.tensor([0, 1, 1])], second=False, reduction="none")
    yield case("ctc_loss", "unbatched", [x[:, 0], padded[0], torch.tensor(6), torch.tensor(3)], second=False)


def main():
    import warnings

    warnings.filterwarnings("ignore")
    write_fixture("losses", [one for dtype in FLOATS for cases in (class_cases, difference_cases, binary_cases, divergence_cases, ctc_cases) for one in cases(dtype)])
