"""Lesson 07, core path: a gate, how long it keeps, and a state that runs into the next text."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Inputs, NumberExercise, normal, row


def gated_step(x: Tensor, state: Tensor, f: Tensor) -> Tensor:
    """x: [B, D], state: [B, D], f: [B, D] between 0 and 1 -> the new state: [B, D]"""
    return f * state + (1 - f) * x


def last_states(x: Tensor, f: Tensor) -> Tensor:
    """x: [N, T, D], f: [N, T, D], N unrelated texts -> the last state of each: [N, D]"""
    return torch.stack([_read(xs, fs) for xs, fs in zip(x, f, strict=True)])


def _read(x: Tensor, f: Tensor, state: Tensor | None = None) -> Tensor:
    """x, f: [T, D] -> the state [D] at the end of one text."""
    state = torch.zeros_like(x[0]) if state is None else state
    for t in range(len(x)):
        state = f[t] * state + (1 - f[t]) * x[t]
    return state


def _carried(x: Tensor, f: Tensor, keep: float = 1.0) -> Tensor:
    """The mistake to begin a text with a part of the state that the text before has left."""
    state, last = torch.zeros_like(x[0, 0]), []
    for xs, fs in zip(x, f, strict=True):
        state = _read(xs, fs, keep * state)
        last.append(state)
    return torch.stack(last)


def _gates(rng: torch.Generator, *sizes: int) -> Tensor:
    return torch.rand(*sizes, generator=rng, dtype=torch.float64, device="cpu")


def _draw(rng: torch.Generator, B: int, D: int) -> Inputs:
    return normal(rng, B, D), normal(rng, B, D), _gates(rng, B, D)


def _draw_texts(rng: torch.Generator, N: int, T: int, D: int) -> Inputs:
    return normal(rng, N, T, D), _gates(rng, N, T, D)


_HALF = 0.5**0.01  # the gate of which a half is left after 100 steps


def _bias(gate: float) -> float:
    return math.log(gate / (1 - gate))


ENTRIES = (
    FunctionExercise(
        "07.gated_step",
        gated_step,
        worked=(row([8, 5]), row([4, 1]), row([0.75, 0])),
        draw=_draw,
        sizes=({"B": 1, "D": 1}, {"B": 3, "D": 2}, {"B": 2, "D": 5}),
        mistakes={
            "f and 1 - f have changed places: with f = 1 the state should stay as it is.": (
                lambda x, c, f: (1 - f) * c + f * x
            ),
            "What is written has the factor 1; it is 1 - f, so that f = 1 writes nothing.": (
                lambda x, c, f: f * c + x
            ),
            "What is written has the factor f; it is 1 - f.": lambda x, c, f: f * c + f * x,
            "The old state has no factor; it is f.": lambda x, c, f: c + (1 - f) * x,
            "This is what is kept of the state; nothing is written.": lambda x, c, f: f * c,
            "This is what is written; the old state is missing.": lambda x, c, f: (1 - f) * x,
            "This is x, what is offered; the gate has no say.": lambda x, c, f: x + 0 * c * f,
            "This is the old state; the gate has no say.": lambda x, c, f: c + 0 * x * f,
            "This is their sum; the gate has no say.": lambda x, c, f: c + x + 0 * f,
            "What is written is taken away; add it.": lambda x, c, f: f * c - (1 - f) * x,
            "A bracket is missing: (1 - f) * x, not 1 - f * x.": lambda x, c, f: f * c + 1 - f * x,
            "f goes through sigmoid again; it lies between 0 and 1 already.": (
                lambda x, c, f: f.sigmoid() * c + (1 - f.sigmoid()) * x
            ),
            "There is no tanh here: what is written is x itself.": (
                lambda x, c, f: f * c + (1 - f) * x.tanh()
            ),
            "There is no tanh here: the new state is the weighted mean itself.": (
                lambda x, c, f: (f * c + (1 - f) * x).tanh()
            ),
            "Each number has its own gate; this is one gate for all.": (
                lambda x, c, f: f.mean() * c + (1 - f.mean()) * x
            ),
            "The gate only chooses one of the two; it mixes them, f to 1 - f.": (
                lambda x, c, f: torch.where(f > 0.5, c, x)
            ),
            "Only a gate of exactly 0 lets x in; between 0 and 1 it mixes the two.": (
                lambda x, c, f: torch.where(f == 0, x, c)
            ),
            "The state is edited in place.": lambda x, c, f: c.mul_(f).add_((1 - f) * x),
            "The numbers are added up; each stays by itself.": (
                lambda x, c, f: (f * c + (1 - f) * x).sum(1)
            ),
        },
        hints=(
            "With `f = 1` all of the state stays and nothing is written; with `f = 0` it is `x`.",
            "The body is one line: `return f * state + ...`",
        ),
        meaning="The state is a weighted mean of what it was and what is offered.",
    ),
    NumberExercise(
        "07.bias",
        _bias(_HALF),
        tolerance=0.04,
        unit="",
        mistakes={
            "Is this the gate? Wanted is the b that makes it. Or b = 1? It makes f = 0.73, "
            "of which 100 steps leave nothing.": _HALF,
            "This is what one step takes. Which b makes a gate that takes so little?": 1 - _HALF,
            "This is ln f; sigma has an inverse of its own.": math.log(_HALF),
            "This is sigma of the gate; wanted is what sigma makes the gate of.": 1
            / (1 + math.exp(-_HALF)),
            "The sign is the wrong way round: this gate keeps less than 1 in 100.": -_bias(_HALF),
            "This is about f / (1 - f); its logarithm is missing.": _HALF / (1 - _HALF),
            "The exponential in sigma is that of e, so take ln, not log10.": math.log10(
                _HALF / (1 - _HALF)
            ),
            "A step takes its part of what is left: f^100 = 1/2, not 100 (1 - f) = 1/2.": _bias(
                0.995
            ),
            "This makes f = 0.99, and after 100 steps 0.37 is left.": _bias(0.99),
            "This makes f = 1/2: one step, and a half is left.": 0.0,
            "1/2 is what is left; wanted is b.": 0.5,
            "This is ln 2. What does one of the 100 steps take, and which b makes such a gate?": (
                math.log(2)
            ),
            "This is 100 ln 2; wanted is b.": 100 * math.log(2),
        },
        hints=(
            "First the gate: `f^100 = 1/2`. It is close to 1.",
            "Then turn `f = 1 / (1 + exp(-b))` round: `exp(b) = f / (1 - f)`.",
        ),
        meaning="For small losses exp(b) is near n / ln 2: half-life n wants b near ln(1.44 n).",
    ),
    FunctionExercise(
        "07.last_states",
        last_states,
        worked=(row([[4], [2]], [[6], [2]]), row([[0], [0.5]], [[0.5], [0.5]])),
        draw=_draw_texts,
        sizes=(
            {"N": 1, "T": 1, "D": 1},
            {"N": 3, "T": 2, "D": 2},
            {"N": 2, "T": 4, "D": 3},
        ),
        given="""
last, state = [], torch.zeros_like(x[0, 0])
for text in range(len(x)):
    for t in range(x.shape[1]):
        state = f[text, t] * state + (1 - f[text, t]) * x[text, t]
    last.append(state)
return torch.stack(last)
""",
        mistakes={
            "The state that one text has left runs into the next. "
            "To detach it cuts the gradient alone: the value goes on.": _carried,
            "A half of the state still runs into the next text.": lambda x, f: _carried(x, f, 0.5),
            "The state is set back before each word; it should be before each text.": (
                lambda x, f: (1 - f[:, -1]) * x[:, -1]
            ),
            "The state is set back after it was read: nothing is left to collect.": (
                lambda x, f: 0 * (x + f).sum(1)
            ),
            "This is the state of the last text alone.": lambda x, f: last_states(x, f)[-1:],
            "Every text has the state of the last one: is the list filled after the loop?": (
                lambda x, f: last_states(x, f)[-1:].expand(x.shape[0], -1)
            ),
            "Each text begins with the first x; it begins with zeros.": lambda x, f: torch.stack(
                [_read(xs, fs, xs[0]) for xs, fs in zip(x, f, strict=True)]
            ),
            "Each text begins with ones; it begins with zeros.": lambda x, f: torch.stack(
                [_read(xs, fs, torch.ones_like(xs[0])) for xs, fs in zip(x, f, strict=True)]
            ),
            "The texts are read last to first, and their states collected in that order.": (
                lambda x, f: last_states(x.flip(0), f.flip(0))
            ),
            "Words are read last to first.": lambda x, f: last_states(x.flip(1), f.flip(1)),
            "f and 1 - f have changed places.": lambda x, f: last_states(x, 1 - f),
            "The last word of each text is not read.": lambda x, f: torch.stack(
                [
                    _read(xs[:-1], fs[:-1], torch.zeros_like(xs[0]))
                    for xs, fs in zip(x, f, strict=True)
                ]
            ),
            "The first word of each text is not read.": lambda x, f: torch.stack(
                [
                    _read(xs[1:], fs[1:], torch.zeros_like(xs[0]))
                    for xs, fs in zip(x, f, strict=True)
                ]
            ),
            "These are the states after each word: is the list filled in the inner loop?": (
                lambda x, f: torch.cat(
                    [
                        torch.stack([_read(xs[: t + 1], fs[: t + 1]) for t in range(len(xs))])
                        for xs, fs in zip(x, f, strict=True)
                    ]
                )
            ),
            "This is the mean over the texts; each has a state of its own.": (
                lambda x, f: last_states(x, f).mean(0)
            ),
            "These are the states stacked along the second axis.": lambda x, f: last_states(x, f).T,
        },
        hints=(
            "What does `state` hold when the second text begins?",
            "Set it to zeros inside the outer loop, before the inner one.",
        ),
        meaning="Who reads one text must not hear what another one said.",
    ),
)
