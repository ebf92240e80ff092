"""Lesson 04, core path: what is left of a distribution when a text is written from it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Slip, normal
from lcutils.checking.syntax import written


def top_p(p: Tensor, mass: float) -> Tensor:
    """p: [V], mass up to 1 -> the fewest letters that reach mass, as a distribution: [V]"""
    return _kept(p, mass, lambda total, q: total - q < mass)


def _kept(p: Tensor, mass: float, is_in: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """What `is_in` says of the sums so far and the probabilities, most likely first; adds to 1."""
    return _cut(p, mass, is_in) / _cut(p, mass, is_in).sum()


def _cut(p: Tensor, mass: float, is_in: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    best, order = p.sort(descending=True)
    keep = is_in(best.cumsum(0), best)
    return torch.zeros_like(p).scatter(0, order, torch.where(keep, best, 0))


def _least_likely_first(p: Tensor, mass: float) -> Tensor:
    least, order = p.sort()
    keep = least.cumsum(0) - least < mass
    kept = torch.zeros_like(p).scatter(0, order, torch.where(keep, least, 0))
    return kept / kept.sum()


def _in_given_order(p: Tensor, mass: float) -> Tensor:
    kept = torch.where(p.cumsum(0) - p < mass, p, 0)
    return kept / kept.sum()


def _one_more(p: Tensor, mass: float) -> Tensor:
    return _kept(p, mass, lambda total, q: total - q - q.roll(1).index_fill(0, _first, 0) < mass)


_first = torch.tensor([0])


def _draw(rng: torch.Generator, V: int, mass: float) -> tuple[Tensor, float]:
    """Four letters have binary fractions, of which two reach 0.75 exactly."""
    if V == 4:
        exact = torch.tensor([0.5, 0.25, 0.125, 0.125], dtype=torch.float64)
        return exact[torch.randperm(V, generator=rng)], mass
    return normal(rng, V).mul(1.5).softmax(0), mass


ENTRIES = (
    FunctionExercise(
        "04.top_p",
        top_p,
        worked=(torch.tensor([0.125, 0.5, 0.25, 0.125]), 0.7),
        draw=_draw,
        sizes=(
            {"V": 1, "mass": 0.5},
            {"V": 6, "mass": 0.01},
            {"V": 6, "mass": 0.7},
            {"V": 9, "mass": 0.9},
            {"V": 5, "mass": 1.0},
            {"V": 4, "mass": 0.75},
        ),
        mistakes={
            "The letter that crosses mass is cut off, so the rest does not reach it.": (
                lambda p, m: _kept(p, m, lambda total, q: total <= m)
            ),
            "The letter with which the sum reaches mass is cut off: what is left stays below it.": (
                lambda p, m: _kept(p, m, lambda total, q: total < m)
            ),
            "The letter that crosses mass is cut off, and the rest does not add up to 1.": (
                lambda p, m: _cut(p, m, lambda total, q: total <= m)
            ),
            "The letter with which the sum reaches mass is cut off, and the rest does not add up "
            "to 1.": lambda p, m: _cut(p, m, lambda total, q: total < m),
            "Where the sum reaches mass exactly, one letter too many is kept.": (
                lambda p, m: _kept(p, m, lambda total, q: total - q <= m)
            ),
            "The letters are added in the order given, and the one that crosses mass is cut off.": (
                lambda p, m: p.where(p.cumsum(0) < m, 0) / p.where(p.cumsum(0) < m, 0).sum()
            ),
            "The letters are added in the order given, the one that crosses mass is cut off, and "
            "the rest does not add up to 1.": lambda p, m: p.where(p.cumsum(0) < m, 0),
            "The letters are added in the order given, and what is left does not add up to 1.": (
                lambda p, m: p.where(p.cumsum(0) - p < m, 0)
            ),
            "The letter that crosses mass is cut off, unless it is the first.": (
                lambda p, m: _kept(p, m, lambda total, q: (total < m) | (total == q))
            ),
            "The way back is the wrong one: `order` says where in p each sorted letter belongs.": (
                lambda p, m: top_p(p, m).sort(descending=True).values[p.argsort(descending=True)]
            ),
            "What is left does not add up to 1.": (
                lambda p, m: _cut(p, m, lambda total, q: total - q < m)
            ),
            "The letters stand in the order of their probabilities; each should be in its own "
            "place.": lambda p, m: top_p(p, m).sort(descending=True).values,
            "Only the kept letters are returned; each letter keeps its place, the others with 0.": (
                lambda p, m: top_p(p, m)[top_p(p, m) > 0]
            ),
            "Only the kept letters are returned, sorted; each should be in its own place, the "
            "others with 0.": (
                lambda p, m: top_p(p, m)[top_p(p, m) > 0].sort(descending=True).values
            ),
            "The letters are added in the order given, and only the kept ones are returned.": (
                lambda p, m: _in_given_order(p, m)[: int((p.cumsum(0) - p < m).sum())]
            ),
            "The sum begins with the least likely letter; begin with the most likely.": (
                _least_likely_first
            ),
            "The letters are added in the order given; sort them first.": _in_given_order,
            "One letter too many: the one after mass is reached, too.": _one_more,
            "mass is taken as a lowest probability; it is a sum.": (
                lambda p, m: _kept(p, m, lambda total, q: q >= m)
            ),
            "mass is taken as a lowest probability, and the rest does not add up to 1.": (
                lambda p, m: torch.where(p >= m, p, 0)
            ),
            "Nothing is cut off.": lambda p, m: p.clone(),
            "The most likely letter alone is left.": (
                lambda p, m: torch.nn.functional.one_hot(p.argmax(), len(p)).to(p)
            ),
            "What is cut off is kept, and the other way round.": (
                lambda p, m: _kept(p, m, lambda total, q: total - q >= m)
            ),
            "Softmax takes scores; probabilities are divided by their sum.": (
                lambda p, m: _cut(p, m, lambda total, q: total - q < m).softmax(0)
            ),
            "The kept letters are made equally likely; they should keep their proportions.": (
                lambda p, m: top_p(p, m).gt(0).to(p) / top_p(p, m).gt(0).sum()
            ),
            "This says which letters are kept; wanted are their probabilities.": (
                lambda p, m: top_p(p, m).gt(0)
            ),
            "mass is a share of the number of letters here; it is a sum of probabilities.": (
                lambda p, m: _kept(p, m, lambda total, q: torch.arange(len(q)) < m * len(q))
            ),
            "It is divided by mass; what is kept adds up to more than that.": (
                lambda p, m: _cut(p, m, lambda total, q: total - q < m) / m
            ),
            "mass is taken as a share of the largest probability; it is a sum.": (
                lambda p, m: _kept(p, m, lambda total, q: q >= m * q[0])
            ),
        },
        slips=(
            Slip(
                "`sort` returns two tensors, the values and where they stood: "
                "`best, order = p.sort(descending=True)`.",
                written(r"(?m)^\s*\w+ = (?:\w+\.sort\([^()]*\)|torch\.sort\([^()]*\))$"),
                "def top_p(p, mass):\n"
                "    best = p.sort(descending=True)\n"
                "    return best * (best.cumsum(0) - best < mass)\n",
            ),
        ),
        hints=(
            "Sort, most likely first. A letter stays if the sum *before* it is still below mass.",
            "`best, order = p.sort(descending=True)`, then `best.cumsum(0) - best < mass`; "
            "`torch.zeros_like(p).scatter(0, order, kept)` puts all back into place.",
        ),
        meaning="The letter that crosses the line stays: one at least is left, always.",
    ),
)
