"""Optimisers: 200 steps from given gradients; schedules; clipping; files of their state dicts. Tests ask it live, too: see run."""
import base64
import io
import json
import sys
import warnings

import torch
from common import encode, write_fixture

SHAPES = ((3, 5), (37,))
STEPS = 200

CASES = [
    ("SGD", {}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.01, "maximize": True}),
    ("SGD", {"lr": 0.01, "momentum": 0.9}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.01, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    ("Adam", {}),
    ("Adam", {"lr": 0.01, "betas": [0.8, 0.99], "eps": 1e-6, "weight_decay": 0.01}),
    ("Adam", {"amsgrad": True, "maximize": True}),
    ("Adam", {"betas": [0.3, 0.9], "weight_decay": 0.05, "decoupled_weight_decay": True}),
    ("Adam", {"betas": [0.0, 0.5], "amsgrad": True, "weight_decay": 0.05, "maximize": True}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.02, "weight_decay": 0.1, "amsgrad": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.003, "alpha": 0.9, "momentum": 0.9, "weight_decay": 0.01}),
    ("RMSprop", {"centered": True, "eps": 1e-2}),
    ("RMSprop", {"centered": True, "alpha": 0.4, "momentum": 0.5, "eps": 0.1, "maximize": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.01, "weight_decay": 0.01, "maximize": True}),
    ("Adagrad", {"initial_accumulator_value": 0.5, "eps": 1e-6}),
]


def bits(seed):
    """The numbers of seededBits in tooling/testing/src/seeded.ts."""
    state = seed
    while True:
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        mixed = ((state ^ (state >> 15)) * (state | 1)) & 0xFFFFFFFF
        mixed ^= (mixed + ((mixed ^ (mixed >> 7)) * (mixed | 61))) & 0xFFFFFFFF
        yield (mixed ^ (mixed >> 14)) & 0xFFFFFFFF


def draw(source, shape, dtype):
    """Numbers that float32 holds exactly, of several magnitudes; drawnFloats in packages/optim/test/drawn.ts gives the same."""
    count = torch.Size(shape).numel()
    numbers = [next(source) for _ in range(count)]
    values = [((number >> 8) / 2**24 - 0.5) * 2.0 ** -(number & 7) for number in numbers]
    return torch.tensor(values, dtype=dtype).reshape(shape)


def run(case):
    """Parameters and state after the first and the last step. Two groups, the second with half the learning rate."""
    dtype = getattr(torch, case["dtype"])
    source = bits(case["seed"])
    params = [torch.nn.Parameter(draw(source, shape, dtype)) for shape in case["shapes"]]
    kind = getattr(torch.optim, case["optimizer"])
    # JSON has no difference between 0 and 0.0, but Adam has.
    options = {key: [float(beta) for beta in value] if key == "betas" else value for key, value in case["options"].items()}
    lr = kind(params, **options).param_groups[0]["lr"]
    optimizer = kind([{"params": params[:1]}, {"params": params[1:], "lr": lr / 2}], **options)
    first = None
    for step in range(1, case["steps"] + 1):
        for index, param in enumerate(params):
            gradient = draw(source, param.shape, dtype)
            # Some steps leave out a parameter.
            param.grad = None if index == 1 and step % 7 == 0 else gradient
        optimizer.step()
        first = first or [encode(param) for param in params]
    state = {
        str(number): {key: encode(value) for key, value in entry.items()}
        for number, entry in optimizer.state_dict()["state"].items()
    }
    return {"first": first, "last": [encode(param) for param in params], "state": state}


def step_case(optimizer, options, dtype, seed):
    case = {"name": f"{optimizer} {json.dumps(options)} {dtype}", "optimizer": optimizer, "options": options, "dtype": dtype,
            "seed": seed, "shapes": SHAPES, "steps": STEPS}
    return {**case, **run(case)}


# Schedules

LAMBDAS = {"inverse": lambda epoch: 1 / (1 + epoch), "power": lambda epoch: 0.95**epoch}

SCHEDULES = [
    {"kind": "StepLR", "args": [3]},
    {"kind": "StepLR", "args": [7], "options": {"gamma": 0.7}},
    {"kind": "MultiStepLR", "args": [[2, 5, 5, 30]], "options": {"gamma": 0.5}},
    {"kind": "ExponentialLR", "args": [0.93]},
    {"kind": "CosineAnnealingLR", "args": [10]},
    {"kind": "CosineAnnealingLR", "args": [50], "options": {"eta_min": 0.003}},
    {"kind": "CosineAnnealingLR", "args": [1]},
    {"kind": "CosineAnnealingWarmRestarts", "args": [5]},
    {"kind": "CosineAnnealingWarmRestarts", "args": [4], "options": {"T_mult": 2, "eta_min": 0.001}},
    {"kind": "LinearLR"},
    {"kind": "LinearLR", "options": {"start_factor": 0.1, "end_factor": 0.7, "total_iters": 40}},
    {"kind": "LambdaLR", "args": ["inverse"]},
    {"kind": "LambdaLR", "args": [["inverse", "power"]]},
    {"kind": "OneCycleLR", "args": [0.5], "options": {"total_steps": 70}},
    {"kind": "OneCycleLR", "args": [[0.5, 0.2]], "options": {"epochs": 7, "steps_per_epoch": 11, "pct_start": 0.25, "anneal_strategy": "linear"}},
    {"kind": "OneCycleLR", "args": [0.1], "options": {"total_steps": 90, "three_phase": True, "div_factor": 10, "base_momentum": [0.7, 0.8]}},
    {"kind": "OneCycleLR", "args": [0.1], "options": {"total_steps": 70, "cycle_momentum": False}},
    {"kind": "SequentialLR", "milestones": [5], "schedules": [{"kind": "LinearLR"}, {"kind": "CosineAnnealingLR", "args": [60]}]},
    {"kind": "SequentialLR", "milestones": [4, 20, 30, 45], "schedules": [
        {"kind": "CosineAnnealingWarmRestarts", "args": [3]}, {"kind": "StepLR", "args": [5]},
        {"kind": "MultiStepLR", "args": [[0, 2, 4]]}, {"kind": "CosineAnnealingWarmRestarts", "args": [3], "options": {"T_mult": 2}},
        {"kind": "LinearLR", "options": {"start_factor": 0.2}}]},
    {"kind": "SequentialLR", "milestones": [10, 20], "schedules": [
        {"kind": "ExponentialLR", "args": [0.9]}, {"kind": "LambdaLR", "args": ["inverse"]}, {"kind": "ExponentialLR", "args": [0.8]}]},
    {"kind": "ReduceLROnPlateau", "options": {"patience": 2}},
    {"kind": "ReduceLROnPlateau", "options": {"mode": "max", "factor": 0.5, "patience": 1, "threshold_mode": "abs", "threshold": 0.01, "cooldown": 3, "min_lr": [0.01, 0.02]}},
    {"kind": "ReduceLROnPlateau", "options": {"patience": 0, "threshold": 0.1, "eps": 1e-3}},
]


def schedule_of(optimizer, one):
    kind = getattr(torch.optim.lr_scheduler, one["kind"])
    if one["kind"] == "SequentialLR":
        return kind(optimizer, [schedule_of(optimizer, each) for each in one["schedules"]], one["milestones"])
    args = one.get("args", [])
    if one["kind"] == "LambdaLR":
        args = [LAMBDAS[args[0]] if isinstance(args[0], str) else [LAMBDAS[name] for name in args[0]]]
    return kind(optimizer, *args, **one.get("options", {}))


def metric(epoch):
    """A loss that falls, stays, is NaN once, and rises; the same in packages/optim/test/schedules.test.ts."""
    return float("nan") if epoch == 9 else ((epoch * 7) % 13) / 13 if epoch % 3 else 1 / (epoch + 1)


def run_schedules(case):
    """Learning rates and momenta before the first step and after each, of several schedules that step one after the other."""
    params = [torch.nn.Parameter(torch.ones(1)), torch.nn.Parameter(torch.ones(1))]
    optimizer = getattr(torch.optim, case["optimizer"])([{"params": params[:1]}, {"params": params[1:], "lr": 0.03}], lr=0.1)
    schedules = [schedule_of(optimizer, one) for one in case["schedules"]]
    key = "betas" if case["optimizer"].startswith("Adam") else "momentum"

    def seen():
        momenta = [group[key] for group in optimizer.param_groups]
        return [[group["lr"] for group in optimizer.param_groups], [one[0] if key == "betas" else one for one in momenta]]

    rows = [seen()]
    for epoch in range(case["steps"]):
        optimizer.step()
        for one, schedule in zip(case["schedules"], schedules):
            schedule.step(metric(epoch)) if one["kind"] == "ReduceLROnPlateau" else schedule.step()
        rows.append(seen())
    return {"rows": rows, "states": [shown(schedule.state_dict()) for schedule in schedules]}


def shown(value):
    """JSON, with dicts as lists of pairs, and infinities as text."""
    if isinstance(value, dict):
        return {"dict": [[key, shown(item)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    return str(value) if value in (float("inf"), float("-inf")) else value


def schedule_case(schedules, optimizer="SGD", steps=70):
    case = {"name": f"{json.dumps(schedules)} of {optimizer}", "optimizer": optimizer, "schedules": schedules, "steps": steps}
    return {**case, **run_schedules(case)}


# Clipping

def clip_case(norm_type, max_norm, dtype, special=None):
    source = bits(5)
    params = [torch.nn.Parameter(torch.zeros(shape, dtype=dtype)) for shape in SHAPES]
    for param in params:
        param.grad = draw(source, param.shape, dtype)
    if special is not None:
        params[0].grad[0, 0] = special
    norm = torch.nn.utils.clip_grad_norm_(params, max_norm, norm_type)
    name = f"norm {norm_type} to {max_norm} {dtype} {special or ''}".replace("torch.", "")
    return {"name": name, "normType": str(norm_type), "maxNorm": max_norm, "dtype": str(dtype).removeprefix("torch."),
            "special": None if special is None else str(special), "norm": encode(norm), "gradients": [encode(param.grad) for param in params]}


# Files

def file_case(optimizer, options):
    """A file of a checkpoint, and what ten more steps from it give."""
    source = bits(11)
    params = [torch.nn.Parameter(draw(source, shape, torch.float32)) for shape in SHAPES]
    kind = getattr(torch.optim, optimizer)
    trained = kind([("first", params[0]), ("second", params[1])] if options.pop("named", False) else params, **options)
    schedule = torch.optim.lr_scheduler.MultiStepLR(trained, [3, 3, 12], gamma=0.5)

    def steps():
        for _ in range(10):
            for param in params:
                param.grad = draw(source, param.shape, torch.float32)
            trained.step()
            schedule.step()

    steps()
    checkpoint = {"params": [param.detach().clone() for param in params], "optimizer": trained.state_dict(), "schedule": schedule.state_dict()}
    file = io.BytesIO()
    torch.save(checkpoint, file)
    steps()
    return {"name": f"{optimizer} {json.dumps(options)}", "optimizer": optimizer, "options": options,
            "file": base64.b64encode(file.getvalue()).decode(), "later": [encode(param) for param in params],
            "lr": trained.param_groups[0]["lr"], "keys": sorted(trained.state_dict()["param_groups"][0])}


def main():
    warnings.simplefilter("ignore")
    write_fixture("optim_steps", [
        step_case(optimizer, options, dtype, seed)
        for seed, (optimizer, options) in enumerate(CASES)
        for dtype in ("float32", "float64")
    ])
    write_fixture("optim_schedules", [
        *[schedule_case([one]) for one in SCHEDULES],
        schedule_case([{"kind": "OneCycleLR", "args": [0.1], "options": {"total_steps": 70}}], "AdamW"),
        schedule_case([{"kind": "StepLR", "args": [4]}, {"kind": "ExponentialLR", "args": [0.97]}]),
        schedule_case([{"kind": "LinearLR"}, {"kind": "MultiStepLR", "args": [[10, 30]]}, {"kind": "ReduceLROnPlateau", "options": {"patience": 3}}]),
    ])
    clip = [clip_case(kind, most, dtype) for kind in (2.0, 1.0, 3.5, float("inf"), float("-inf"), 0.0) for most, dtype in ((0.5, torch.float32), (100.0, torch.float32), (0.5, torch.float64))]
    clip += [clip_case(2.0, 1.0, torch.float32, special) for special in (float("nan"), float("inf"))]
    write_fixture("optim_clip", clip)
    write_fixture("optim_files", [
        file_case("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
        file_case("SGD", {"lr": 0.1}),
        file_case("Adam", {"lr": 0.01, "amsgrad": True, "named": True}),
        file_case("AdamW", {"lr": 0.01}),
        file_case("RMSprop", {"momentum": 0.9, "centered": True, "eps": 1e-2}),
        file_case("Adagrad", {"lr": 0.1, "lr_decay": 0.1}),
    ])


if __name__ == "__main__":
    # A test asks: cases as JSON on the standard input, answers likewise.
    warnings.simplefilter("ignore")
    print(json.dumps([run(case) if "options" in case else run_schedules(case) for case in json.load(sys.stdin)]))
