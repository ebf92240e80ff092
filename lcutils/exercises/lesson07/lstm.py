"""Lesson 07, core path: one step of an LSTM, with PyTorch's weights."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Inputs, Slip, normal, row
from lcutils.checking.syntax import written


def lstm_step(x: Tensor, h: Tensor, c: Tensor, W: Tensor, U: Tensor, b: Tensor) -> Tensor:
    """x: [B, D], h, c: [B, N], W: [4N, D], U: [4N, N], b: [4N] -> new h and c: [2, B, N]"""
    return _step(x, h, c, W, U, b)


def _step(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    W: Tensor,
    U: Tensor,
    b: Tensor,
    *,
    order: str = "ifgo",
    candidate: Callable[[Tensor], Tensor] = torch.tanh,
    gate: Callable[[Tensor], Tensor] = torch.sigmoid,
    output: Callable[[Tensor], Tensor] = torch.sigmoid,
    cell: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor] = (lambda i, f, g, c: f * c + i * g),
    read: Callable[[Tensor], Tensor] = torch.tanh,
    is_late: bool = False,
) -> Tensor:
    """The step, with what a reader may do differently in each of its lines."""
    parts = dict(zip(order, (x @ W.T + h @ U.T + b).chunk(4, dim=1), strict=True))
    i, f = gate(parts["i"]), gate(parts["f"])
    new = cell(i, f, candidate(parts["g"]), c)
    return torch.stack([output(parts["o"]) * read(c if is_late else new), new])


def _draw(rng: torch.Generator, B: int, D: int, N: int) -> Inputs:
    sizes = (B, D), (B, N), (B, N), (4 * N, D), (4 * N, N), (4 * N,)
    return tuple(normal(rng, *size) for size in sizes)


def _interleaved(x: Tensor, h: Tensor, c: Tensor, W: Tensor, U: Tensor, b: Tensor) -> Tensor:
    """The mistake to take every fourth row for a gate, not a block of N."""
    i, f, g, o = (x @ W.T + h @ U.T + b).unflatten(1, (-1, 4)).unbind(2)
    new = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return torch.stack([o.sigmoid() * new.tanh(), new])


def _of_the_old_h(x: Tensor, h: Tensor, c: Tensor, W: Tensor, U: Tensor, b: Tensor) -> list[Tensor]:
    """The mistake to keep the old h in the place of the old cell."""
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=1)
    new = f.sigmoid() * h + i.sigmoid() * g.tanh()
    return [o.sigmoid() * new.tanh(), new]


_Wrong = Callable[..., Tensor]


def _with(**changes: object) -> _Wrong:
    return lambda *given: _step(*given, **changes)  # type: ignore[arg-type]


ENTRIES = (
    FunctionExercise(
        "07.lstm_step",
        lstm_step,
        worked=(
            row([1.0]),
            row([0.5]),
            row([2.0]),
            row([1.0], [-1.0], [2.0], [0.5]),
            row([0.0], [1.0], [-1.0], [2.0]),
            torch.tensor([0.0, 1.0, 0.5, -1.0], device="cpu"),
        ),
        draw=_draw,
        sizes=(
            {"B": 1, "D": 1, "N": 1},
            {"B": 3, "D": 2, "N": 4},
            {"B": 2, "D": 5, "N": 3},
        ),
        mistakes={
            "The blocks stand in the order i, f, g, o; this reads i, f, o, g.": _with(order="ifog"),
            "i and f have changed places: the blocks are i, f, g, o, f keeps, and i writes.": _with(
                order="figo"
            ),
            "The blocks stand in the order i, f, g, o; this reads f, i, o, g.": _with(order="fiog"),
            "The blocks stand in the order i, f, g, o; this reads i, g, f, o.": _with(order="igfo"),
            "Each gate has a block of N rows, not every fourth row.": _interleaved,
            "The new h is o times tanh(c); the tanh is missing.": _with(read=lambda c: c),
            "The new h is o times tanh(c); here it is o times sigma(c).": _with(read=torch.sigmoid),
            "The new h is read from the old cell; read it from the new one.": _with(is_late=True),
            "The candidate g goes through tanh; here it goes through sigma.": _with(
                candidate=torch.sigmoid
            ),
            "The candidate g has lost its tanh.": _with(candidate=lambda g: g),
            "The gates i and f go through sigma; here they go through tanh.": _with(
                gate=torch.tanh
            ),
            "The gates i and f have lost their sigma.": _with(gate=lambda a: a),
            "The gate o goes through sigma; here it goes through tanh.": _with(output=torch.tanh),
            "The gate o has lost its sigma.": _with(output=lambda a: a),
            "The gate o is missing in the new h.": _with(output=torch.ones_like),
            "1 - f stands where f should: f is what is kept.": _with(
                cell=lambda i, f, g, c: (1 - f) * c + i * g
            ),
            "An LSTM writes with a gate of its own: i, not 1 - f.": _with(
                cell=lambda i, f, g, c: f * c + (1 - f) * g
            ),
            "The write has no gate: i is missing.": _with(cell=lambda i, f, g, c: f * c + g),
            "The old cell is kept whole: f is missing.": _with(cell=lambda i, f, g, c: c + i * g),
            "The old cell is missing.": _with(cell=lambda i, f, g, c: i * g),
            "Nothing is written: i * g is missing.": _with(cell=lambda i, f, g, c: f * c),
            "The write is taken away; add it.": _with(cell=lambda i, f, g, c: f * c - i * g),
            "h and c have changed places in the result: h comes first.": lambda *given: _step(
                *given
            ).flip(0),
            "The old h and c have changed places.": lambda x, h, c, W, U, b: _step(
                x, c, h, W, U, b
            ),
            "All four have lost their sigma or tanh.": _with(
                candidate=lambda g: g, gate=lambda a: a, output=lambda a: a
            ),
            "f keeps the old cell c, not the old h.": lambda x, h, c, W, U, b: torch.stack(
                _of_the_old_h(x, h, c, W, U, b)
            ),
            "b is added twice: it is the sum of both biases already.": lambda x, h, c, W, U, b: (
                _step(x, h, c, W, U, 2 * b)
            ),
            "The bias b is missing.": lambda x, h, c, W, U, b: _step(x, h, c, W, U, 0 * b),
            "The old h is not read: U is missing.": lambda x, h, c, W, U, b: _step(
                x, h, c, W, 0 * U, b
            ),
            "The token is not read: W is missing.": lambda x, h, c, W, U, b: _step(
                x, h, c, 0 * W, U, b
            ),
            "This is the new h alone; wanted are h and c.": lambda *given: _step(*given)[0],
            "This is the new c alone; wanted are h and c.": lambda *given: _step(*given)[1],
            "h and c stand side by side; stack them, h first.": lambda *given: torch.cat(
                [*_step(*given)], dim=1
            ),
            "They are stacked along the second axis; it is the first.": lambda *given: _step(
                *given
            ).transpose(0, 1),
        },
        slips=(
            Slip(
                "chunk cuts along the first axis unless it is told; the four lie along dim=1.",
                written(r"\.chunk\(4\)|chunk\([^()]*(\([^()]*\)[^()]*)*, 4\)"),
                """
def lstm_step(x, h, c, W, U, b):
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return torch.stack([o.sigmoid() * c.tanh(), c])
""",
            ),
            Slip(
                "split takes the length of a piece, here N; it is chunk that takes their number.",
                written(r"split\((.*, )?4\b"),
                """
def lstm_step(x, h, c, W, U, b):
    i, f, g, o = (x @ W.T + h @ U.T + b).split(4, dim=1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return torch.stack([o.sigmoid() * c.tanh(), c])
""",
            ),
            Slip(
                "W is [4N, D] and U is [4N, N]: x meets W.T, h meets U.T.",
                written(r"\b(x @ W|h @ U|W @ x|U @ h)\b(?![.\[])"),
                """
def lstm_step(x, h, c, W, U, b):
    i, f, g, o = (x @ W + h @ U + b).chunk(4, dim=1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return torch.stack([o.sigmoid() * c.tanh(), c])
""",
            ),
        ),
        hints=(
            "One matrix product for all four: `a = x @ W.T + h @ U.T + b` is [B, 4N]; "
            "`a.chunk(4, dim=1)` cuts it.",
            "`i`, `f`, `o` go through `sigmoid`, `g` through `tanh`. First the new `c`, then "
            "the new `h` from it; `torch.stack([h, c])`.",
        ),
        meaning="The cell passes through a factor and a sum; h is what it shows of itself.",
    ),
)
