"""The protocol of lesson 13's races: who runs, at which rate of learning, and what is written down.

A contender is a rung of the ladder in one size. Its rate is swept at a seed of its own and chosen
by texts of its own; then it runs anew at the seeds that count, and is asked other texts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from lcutils import nets, recall, tasks

RATES = (0.001, 0.003, 0.01, 0.02, 0.03, 0.06, 0.1)
_FIRST = (0.003, 0.01, 0.02, 0.03)  # in any case; others while the best is the last on its side
_SWEEP_SEED = 1_000
_BITS = (2, 3, 4, 5, 6, 8)

Numbers = dict[str, float]


@dataclass(frozen=True)
class Race:
    """One task, and all who run.

    Args:
        name: what the names of its numbers begin with
        contenders: sizes by rung; two rungs with + between them are a block each
        rules: of `recall.trained`, besides rung, sizes, rate and seed
        seeds: that count
    """

    name: str
    contenders: Mapping[str, Sequence[Mapping[str, Any]]]
    rules: Mapping[str, Any]
    seeds: Sequence[int] = range(5)

    def jobs(self, found: Mapping[str, Numbers]) -> dict[str, dict[str, Any]]:
        """All trainings that can be named, given what those have found that are done."""
        jobs = {}
        for name, rung, size in self._entries():
            job = {"rung": rung.split("+"), "size": dict(size), "rules": dict(self.rules)}
            for rate in self._sweep(name, found):
                sweep = {"lr": rate, "seed": _SWEEP_SEED, "is_sweep": True}
                jobs[_sweep_of(name, rate)] = job | sweep
            rate = self._rate(name, found)
            for seed in self.seeds if rate else ():
                jobs[f"{name} seed {seed}"] = job | {"lr": rate, "seed": seed, "is_sweep": False}
        return jobs

    def numbers(self, found: Mapping[str, Numbers]) -> dict[str, list[float]]:
        """What the record keeps: of each contender its rate, and what each seed found."""
        numbers: dict[str, list[float]] = {}
        for name, _, _ in self._entries():
            runs = [found[f"{name} seed {seed}"] for seed in self.seeds]
            numbers[f"{name} lr"] = [self._rate(name, found)]
            for key in dict.fromkeys(key for run in runs for key in run):
                values = [run.get(key, math.nan) for run in runs]  # one that failed has few
                numbers[f"{name} {key}"] = values
        return numbers

    def _entries(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        for rung, sizes in self.contenders.items():
            for size in sizes:
                shape = "x".join(f"{value:g}" for value in size.values())  # such as 8x32
                yield f"{self.name} {rung} {shape}", rung, size

    def _sweep(self, name: str, found: Mapping[str, Numbers]) -> list[float]:
        """The rates to try: the first four, and more while the best of them has no neighbour."""
        rates = list(_FIRST)
        while all(_sweep_of(name, rate) in found for rate in rates):
            best = RATES.index(_best(name, rates, found))
            near = RATES[max(best - 1, 0) : best + 2]
            if set(near) <= set(rates):
                break
            rates = sorted({*rates, *near})
        return rates

    def _rate(self, name: str, found: Mapping[str, Numbers]) -> float:
        """The rate chosen, or 0 while the sweep goes on."""
        rates = self._sweep(name, found)
        if not all(_sweep_of(name, rate) in found for rate in rates):
            return 0.0
        return _best(name, rates, found)


def measure(
    rung: list[str],
    size: Mapping[str, Any],
    rules: Mapping[str, Any],
    lr: float,
    seed: int,
    is_sweep: bool,
) -> Numbers:
    """Train one contender. A sweep is judged by texts of its own; a training that fails says so."""
    try:
        result = recall.trained(rung, lr=lr, seed=seed, **size, **rules)
    except FloatingPointError:  # the loss ran away: this rate is too high for it
        return {"valid": 0.0} if is_sweep else {"right": math.nan}
    valid = _share(result.model, rules, 2 * 10**6 + seed)
    if is_sweep:
        return {"valid": valid}
    n_written = 2 * (rules["n_pairs"] + rules.get("n_rewritten", 0))
    rounded = {f"bits{b}": _share(result.model, rules, 10**6 + seed, bits=b) for b in _BITS}
    floats = nets.state_size(result.model, n_written)
    kept = {"floats": floats, "valid": valid, "right": result.right, "stale": result.stale}
    return {key: float(f"{value:.5g}") for key, value in (kept | rounded).items()}


def _share(
    model: nets.Model, rules: Mapping[str, Any], seed: int, bits: int | None = None
) -> float:
    drawn = {name: rules[name] for name in ("n_pairs", "n_rewritten", "n_keys", "n_values")}
    batch = tasks.mqar(1024, rng=torch.Generator().manual_seed(seed), **drawn)
    return (nets.recalled(model, batch, bits=bits) == batch.answers).float().mean().item()


def _sweep_of(name: str, rate: float) -> str:
    return f"{name} sweep {rate:g}"


def _best(name: str, rates: Sequence[float], found: Mapping[str, Numbers]) -> float:
    return max(rates, key=lambda rate: found[_sweep_of(name, rate)]["valid"])
