"""The same blocks trained on prose as a decoder and as an encoder, and asked for a letter.

Rates are chosen by other files than those that judge, at a seed that does not count.
"""

import math

import torch

from lcutils import gaps

SEEDS = range(10)
RATES = (0.003, 0.01, 0.02)
SIZES = {  # blocks and steps -> how many seeds
    (1, 100): 5,
    (1, 300): 10,
    (1, 1000): 5,
    (2, 1500): 5,
}
SWEPT = {1: 300, 2: 400}  # steps of the trainings by which rates are chosen, by blocks


def _name(is_causal, n_blocks):
    return f"{'decoder' if is_causal else 'encoder'} {n_blocks}"


def _rate(found, kind, n_blocks):
    """The rate chosen, or 0 while the sweep goes on"""
    shares = {rate: found.get(f"{kind} sweep {rate}") for rate in RATES}
    if not all(shares.values()):
        return 0.0
    return min(shares, key=lambda rate: shares[rate]["valid"])


def jobs(found):
    """The sweeps, then what counts at the rates that they chose"""
    todo = {}
    for is_causal in (True, False):
        for (n_blocks, steps), n_seeds in SIZES.items():
            kind = _name(is_causal, n_blocks)
            job = {"is_causal": is_causal, "n_blocks": n_blocks}
            for rate in RATES:
                sweep = {"steps": SWEPT[n_blocks], "lr": rate, "seed": 1_000, "is_sweep": True}
                todo[f"{kind} sweep {rate}"] = job | sweep
            rate = _rate(found, kind, n_blocks)
            for seed in range(n_seeds) if rate else ():
                counted = {"steps": steps, "lr": rate, "seed": seed, "is_sweep": False}
                todo[f"{kind} {steps} seed {seed}"] = job | counted
    return todo


def measure(is_causal, n_blocks, steps, lr, seed, is_sweep):
    """Train one model, and ask it"""
    model = gaps.trained(is_causal=is_causal, steps=steps, lr=lr, seed=seed, n_blocks=n_blocks)
    _, chosen, judged = gaps.windows()
    if is_sweep:
        ask = gaps.from_left if is_causal else gaps.from_both
        return {"valid": gaps.bits(ask(model, chosen), chosen)}
    numbers = {"left": gaps.bits(gaps.from_left(model, judged), judged)}
    if is_causal:
        numbers["tried"] = gaps.bits(gaps.by_trying(model, judged), judged)
        numbers |= _copying(model)
    else:
        numbers["both"] = gaps.bits(gaps.from_both(model, judged), judged)
    return {key: float(f"{value:.5g}") for key, value in numbers.items()}


def _copying(model):
    """Bits a letter of 24 random letters, and when they come again; the head that looks there"""
    rng = torch.Generator().manual_seed(0)
    tokens = torch.randint(1, 27, (200, 24), generator=rng).repeat(1, 2)
    found = gaps.losses(model, tokens) / math.log(2)  # [N, 47]
    again = torch.arange(25, 47)
    weights = [w[:, :, again, again - 23] for w in model.attention_weights(tokens)]
    most = max(w.mean(dim=(0, 2)).max().item() for w in weights)
    return {"new": found[:, :23].mean().item(), "again": found[:, 24:].mean().item(), "head": most}


def numbers(found):
    """The rates, and each number at its seeds"""
    kept = {}
    for is_causal in (True, False):
        for (n_blocks, steps), n_seeds in SIZES.items():
            kind = _name(is_causal, n_blocks)
            kept[f"{kind} lr"] = [_rate(found, kind, n_blocks)]
            runs = [found[f"{kind} {steps} seed {seed}"] for seed in range(n_seeds)]
            kept |= {f"{kind} {steps} {key}": [run[key] for run in runs] for key in runs[0]}
    return kept
