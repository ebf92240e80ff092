"""Lesson 06, core path: one weight used again and again, its gradient, how far it reaches."""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    Inputs,
    NumberExercise,
    Slip,
    normal,
    row,
)
from lcutils.checking.syntax import written


def rnn_backward(h: Tensor, U: Tensor, error: Tensor) -> Tensor:
    """h: [T + 1, N], the states h_0 to h_T, U: [N, N], error: [N] at h_T -> by U: [N, N]"""
    return _walk(h, U, error)


def clip_by_norm(by_W: Tensor, by_U: Tensor, limit: float) -> Tensor:
    """by_W: [N, D], by_U: [N, N] -> both, side by side, at most `limit` long: [N, D + N]"""
    both = torch.cat([by_W, by_U], dim=1)
    factor: Tensor = limit / both.norm()
    return both * factor.clamp(max=1.0)


def _walk(
    h: Tensor,
    U: Tensor,
    error: Tensor,
    *,
    n_steps: int | None = None,
    slope_of: int = 0,
    reads: int = 1,
    is_turned: bool = True,
    carries_slope: bool = True,
    shares_slope: bool = True,
    is_passed: bool = True,
    keeps: bool = True,
    first: int = 1,
    bend: Callable[[Tensor], Tensor] = lambda h: 1 - h**2,
    share: Callable[[Tensor, Tensor], Tensor] = torch.outer,
) -> Tensor:
    """The walk back, with what a reader may do differently in each of its lines."""
    total = torch.zeros_like(U)
    last = len(h) - 1
    for t in range(last, first - 1, -1):
        if n_steps is not None and t <= last - n_steps:
            break
        g = error * bend(h[t - slope_of])
        new = share(g if shares_slope else error, h[t - reads])
        total = total + new if keeps else new
        if is_passed:
            passed = g if carries_slope else error
            error = U.T @ passed if is_turned else U @ passed
    return total


def _forward(h: Tensor, U: Tensor, error: Tensor) -> Tensor:
    """The mistake to begin the walk at the first step."""
    total = torch.zeros_like(U)
    for t in range(1, len(h)):
        g = error * (1 - h[t] ** 2)
        total = total + torch.outer(g, h[t - 1])
        error = U.T @ g
    return total


def _anew(h: Tensor, U: Tensor, error: Tensor) -> Tensor:
    """The mistake to give every state the error of the last one, and to pass that on as well."""
    total, passed = torch.zeros_like(U), torch.zeros_like(error)
    for t in range(len(h) - 1, 0, -1):
        g = (error + passed) * (1 - h[t] ** 2)
        total = total + torch.outer(g, h[t - 1])
        passed = U.T @ g
    return total


def _shared_late(h: Tensor, U: Tensor, error: Tensor) -> Tensor:
    """The mistake to take a step's share once the error has been handed down."""
    total = torch.zeros_like(U)
    for t in range(len(h) - 1, 0, -1):
        error = U.T @ (error * (1 - h[t] ** 2))
        total = total + torch.outer(error, h[t - 1])
    return total


def _turned_first(h: Tensor, U: Tensor, error: Tensor) -> Tensor:
    """The mistake to take the slope after U^T, with what is handed down."""
    total = torch.zeros_like(U)
    for t in range(len(h) - 1, 0, -1):
        error = (U.T @ error) * (1 - h[t] ** 2)
        total = total + torch.outer(error, h[t - 1])
    return total


def _bent_twice(h: Tensor, U: Tensor, error: Tensor) -> Tensor:
    """The mistake to pass a step's bend once more, behind U^T."""
    total = torch.zeros_like(U)
    for t in range(len(h) - 1, 0, -1):
        g = error * (1 - h[t] ** 2)
        total = total + torch.outer(g, h[t - 1])
        error = (U.T @ g) * (1 - h[t] ** 2)
    return total


def _without_x(h: Tensor, U: Tensor, error: Tensor) -> Tensor:
    """The mistake to bend U h_(t-1) anew, without what came in."""
    total = torch.zeros_like(U)
    for t in range(len(h) - 1, 0, -1):
        g = error * (1 - torch.tanh(U @ h[t - 1]) ** 2)
        total = total + torch.outer(g, h[t - 1])
        error = U.T @ g
    return total


def _runs_forward(tree: ast.AST) -> bool:
    """Is there a loop upwards whose own variable says which state is taken?"""
    loops = [n for n in ast.walk(tree) if isinstance(n, ast.For) and _HANDS_DOWN(n)]
    return not _TURNS(tree) and any(map(_is_index, loops))


def _is_index(loop: ast.For) -> bool:
    """Stands the loop's variable in brackets, alone or with a number: h[t], h[t + 1]?"""
    own = _names_set(loop.target) - {name for part in loop.body for name in _names_set(part)}
    places = [n.slice for n in ast.walk(loop) if isinstance(n, ast.Subscript)]
    places = [p.left if isinstance(p, ast.BinOp) else p for p in places]
    return any(isinstance(p, ast.Name) and p.id in own for p in places)


def _names_set(tree: ast.AST) -> set[str]:
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}


_TURNS = written(r"reversed|-1\)|::-1|flip|-= 1")
_HANDS_DOWN = written(r"= U\.(m?T|t\(\)) @|= \w+ @ U\b")


def _draw(rng: torch.Generator, T: int, N: int) -> Inputs:
    return normal(rng, T + 1, N).tanh(), normal(rng, N, N), normal(rng, N)


def _draw_two(rng: torch.Generator, N: int, D: int, limit: float) -> Inputs:
    return normal(rng, N, D), normal(rng, N, N), limit


def _both(by_W: Tensor, by_U: Tensor) -> Tensor:
    return torch.cat([by_W, by_U], dim=1)


def _cut(x: Tensor, limit: float, length: Tensor | None = None) -> Tensor:
    length = x.norm() if length is None else length
    return x * (limit / length).clamp(max=1.0)


def _left_after(steps: float) -> str:
    """What part is left after a number of steps that is not the right one."""
    if not 0 <= steps <= 10_000:
        return ""
    part = _PART ** (steps / _STEPS)
    much = "too much" if part > 0.001 else "too little"
    return f"Each twenty steps leave 0.3, so {steps:.4g} steps leave {part:.2g}: {much}."


_PART, _STEPS = 0.3, 20
_HORIZON = _STEPS * math.log(1000) / -math.log(_PART)

ENTRIES = (
    ExpressionExercise(
        "06.two_paths",
        "w x1 x2",
        lambda w, x1, x2: 2 * w * x1 + x2,
        mistakes={
            "This is the last use of w alone. x1 meets w twice: what of the first time?": (
                lambda w, x1, x2: w * x1 + x2
            ),
            "This is the first use of w alone: what of the second?": lambda w, x1, x2: w * x1,
            "This is h_3 without x3; wanted is how fast it grows with w.": (
                lambda w, x1, x2: w * (w * x1 + x2)
            ),
            "x1 meets w twice, so it adds w x1 twice; the 2 is missing a w.": (
                lambda w, x1, x2: 2 * x1 + x2
            ),
            "The derivative of w^2 is 2 w, not w^2.": lambda w, x1, x2: w**2 * x1 + x2,
            "The derivative of w^2 is 2 w; its 2 belongs to x1 alone.": (
                lambda w, x1, x2: 2 * w * x1 + 2 * x2
            ),
            "The derivative of w x2 is x2: one w too many.": lambda w, x1, x2: 2 * w * x1 + w * x2,
            "This is x1's share; x2 meets w once and has one, too.": lambda w, x1, x2: 2 * w * x1,
            "This is x2's share; x1 meets w twice and has one, too.": lambda w, x1, x2: x2,
            "x3 stands in h_3 by itself: it does not grow with w.": (
                lambda w, x1, x2: 2 * w * x1 + x2 + 1
            ),
            "This is how fast h_3 grows with x1; wanted is w.": lambda w, x1, x2: w**2,
            "This is how fast h_3 grows with x2; wanted is w.": lambda w, x1, x2: w,
            "These are the two w, added for each input: h_3 grows with w, not with x.": (
                lambda w, x1, x2: w**2 + w
            ),
            "x1 and x2 have changed places: the older one meets w twice.": (
                lambda w, x1, x2: 2 * w * x2 + x1
            ),
            "What x1 adds passes the other w on its way: it counts w x1, twice.": (
                lambda w, x1, x2: x1 + x2
            ),
            "That is so with the numbers of section 1; wanted is every w, x1 and x2.": (
                lambda w, x1, x2: 4
            ),
        },
        hints=(
            "Multiply out first: `h_3 = w**2*x1 + w*x2 + x3`.",
            "The derivative of `w**2*x1` is `2*w*x1`: once for each time that x1 meets w.",
        ),
        example=("1/2", "4", "0"),
        meaning="An input that meets w twice counts w x1 twice: once for each place to nudge.",
    ),
    FunctionExercise(
        "06.rnn_backward",
        rnn_backward,
        worked=(row([0.0, 1.0], [0.5, 0.0], [0.0, -0.5]), row([0, 1], [2, 0]), row(1, 2)),
        draw=_draw,
        sizes=({"T": 1, "N": 1}, {"T": 1, "N": 3}, {"T": 4, "N": 2}, {"T": 6, "N": 3}),
        mistakes={
            "This is the last step's share alone: U was used at each step.": (
                lambda h, U, e: _walk(h, U, e, n_steps=1)
            ),
            "These are the last two steps alone: go on to h_0.": (
                lambda h, U, e: _walk(h, U, e, n_steps=2)
            ),
            "U is not transposed: values go up along its rows, errors down along its columns.": (
                lambda h, U, e: _walk(h, U, e, is_turned=False)
            ),
            "The slope is that of the step before: at step t it is 1 - h_t^2.": (
                lambda h, U, e: _walk(h, U, e, slope_of=1)
            ),
            "The slope of tanh is missing: an error passes through the bend first.": (
                lambda h, U, e: _walk(h, U, e, bend=torch.ones_like)
            ),
            "What goes down is U^T g; here the slope is left out on the way down.": (
                lambda h, U, e: _walk(h, U, e, carries_slope=False)
            ),
            "The error is not handed down: every step has that of the last.": (
                lambda h, U, e: _walk(h, U, e, is_passed=False)
            ),
            "The error of the last state counts anew at each step; the others have only what is "
            "handed down.": _anew,
            "At step t the input of U is the state before, h_(t-1), not h_t.": (
                lambda h, U, e: _walk(h, U, e, reads=0)
            ),
            "The table is turned round: error times input, g h^T, has a row for each error.": (
                lambda h, U, e: _walk(h, U, e).T
            ),
            "Each step's share replaces the one before; add them up.": (
                lambda h, U, e: _walk(h, U, e, keeps=False)
            ),
            "The walk stops one step early: U was used from h_0 to h_1, too.": (
                lambda h, U, e: _walk(h, U, e, first=2)
            ),
            "The last step is left out: the error is that at h_T, the last row of h.": (
                lambda h, U, e: _walk(h[:-1], U, e)
            ),
            "The walk begins at the first step; errors come from the last.": _forward,
            "This is the mean over the steps; their shares add up.": (
                lambda h, U, e: _walk(h, U, e) / (len(h) - 1)
            ),
            "One step too far: no step has made h_0, and h[-1] is the last state.": (
                lambda h, U, e: _walk(h, U, e, first=0)
            ),
            "The share of a step is taken after the error was handed down; take it before.": (
                _shared_late
            ),
            "This is the error at h_0; wanted is the gradient of U.": lambda h, U, e: (
                functools.reduce(lambda e, h_t: U.T @ (e * (1 - h_t**2)), h[1:].flip(0), e)
            ),
            "The error is not handed down, and the input of a step is h_(t-1), not h_t.": (
                lambda h, U, e: (e * (1 - h**2)).T @ h
            ),
            "The sign is the wrong way round: this is the step, not the gradient.": (
                lambda h, U, e: -_walk(h, U, e)
            ),
            "h is bent already: its slope is 1 - h^2, without another tanh.": (
                lambda h, U, e: _walk(h, U, e, bend=lambda h: 1 - h.tanh() ** 2)
            ),
            "The slope of tanh is 1 - h^2; the square is missing.": (
                lambda h, U, e: _walk(h, U, e, bend=lambda h: 1 - h)
            ),
            "This is the slope of a sigmoid, h (1 - h); that of tanh is 1 - h^2.": (
                lambda h, U, e: _walk(h, U, e, bend=lambda h: h * (1 - h))
            ),
            "The share of a step is g h^T, and g has passed the bend.": (
                lambda h, U, e: _walk(h, U, e, shares_slope=False)
            ),
            "The way down is first the bend, then U transposed; here it is the other way round.": (
                _turned_first
            ),
            "h_t has x_t in it: its slope is 1 - h_t^2, not that of U h_(t-1) alone.": _without_x,
            "A step's share is a table, each error times each input; `*` goes number by number.": (
                lambda h, U, e: _walk(
                    h, U, e, share=torch.mul
                )  # [N] spreads over the rows of [N, N]
            ),
            "The error passes two bends at each step; there is one.": (
                lambda h, U, e: _walk(h, U, e, bend=lambda h: (1 - h**2) ** 2)
            ),
            "What is handed down is U^T g; the next bend is passed at the next step.": _bent_twice,
        },
        slips=(
            Slip(
                "The loop goes up from the first step; errors come from the last.",
                _runs_forward,
                "def rnn_backward(h, U, error):\n"
                "    total = torch.zeros_like(U)\n"
                "    for t in range(len(h)):\n"
                "        g = error * (1 - h[t] ** 2)\n"
                "        total = total + torch.outer(g, h[t - 1])\n"
                "        error = U.T @ g\n"
                "    return total\n",
            ),
            Slip(
                "`@` of two vectors adds up; a column times a row is `torch.outer`.",
                written(r"\b(g|error)(\.T)? @ h\["),
                "def rnn_backward(h, U, error):\n"
                "    total = torch.zeros_like(U)\n"
                "    for t in range(len(h) - 1, 0, -1):\n"
                "        g = error * (1 - h[t] ** 2)\n"
                "        total = total + g @ h[t - 1]\n"
                "        error = U.T @ g\n"
                "    return total\n",
            ),
            Slip(
                "The bend has a slope for each number: `*`, not `@`.",
                written(r"@ \(1(\.0)? - "),
                "def rnn_backward(h, U, error):\n"
                "    total = torch.zeros_like(U)\n"
                "    for t in range(len(h) - 1, 0, -1):\n"
                "        g = error @ (1 - h[t] ** 2)\n"
                "        total = total + torch.outer(g, h[t - 1])\n"
                "        error = U.T @ g\n"
                "    return total\n",
            ),
        ),
        hints=(
            "`for t in range(len(h) - 1, 0, -1)` walks from the last step to the first; "
            "at each, `g = error * (1 - h[t]**2)`.",
            "Add `torch.outer(g, h[t - 1])` to the total; then `error = U.T @ g`.",
        ),
        meaning="One walk back gives the share of every use of U.",
        has_gradient=False,
    ),
    NumberExercise(
        "06.horizon",
        _HORIZON,
        tolerance=2.5,
        unit="steps",
        reading=_left_after,
        mistakes={
            "Twenty steps take 70 % of what is left, not of the first length: parts multiply.": (
                _STEPS * 0.999 / (1 - _PART)
            ),
            "This counts twenties of steps: 0.3 is left after twenty, not after one.": (
                _HORIZON / _STEPS
            ),
            "This is how much further it is from the twentieth step on; count from the end.": (
                _HORIZON - _STEPS
            ),
            "This is the part that one step leaves.": _PART ** (1 / _STEPS),
            "Two kinds of logarithm are mixed.": _STEPS * 3 / -math.log(_PART),
            "Two kinds of logarithm are mixed, the other way round.": (
                _STEPS * math.log(1000) / -math.log10(_PART)
            ),
            "A distance is positive: ln 0.3 is below 0.": -_HORIZON,
            "0.3 is divided by 0.001; steps multiply, so take logarithms.": _PART / 0.001,
            "20 / 0.001 counts as if each step took the same; steps multiply.": 20_000,
            "This is twenty times 0.3 / 0.001; steps multiply, so take logarithms.": (
                _STEPS * _PART / 0.001
            ),
        },
        hints=(
            "How many times twenty steps: `0.3^n = 0.001`.",
            "Take the logarithm of both sides, and mind the twenty.",
        ),
        meaning="Twice as far a millionth is left: the length falls by a factor, not by a piece.",
    ),
    FunctionExercise(
        "06.clip_by_norm",
        clip_by_norm,
        worked=(row([0], [4]), row([3, 0], [0, 0]), 1.0),
        draw=_draw_two,
        sizes=(
            {"N": 1, "D": 1, "limit": 0.5},
            {"N": 6, "D": 1, "limit": 1.0},
            {"N": 2, "D": 9, "limit": 2.0},  # long always, and the limit is not 1
            {"N": 2, "D": 5, "limit": 100.0},
        ),
        mistakes={
            "Each is cut by itself, which turns the step aside: one factor for both.": (
                lambda a, b, limit: _both(_cut(a, limit), _cut(b, limit))
            ),
            "Each number is cut by itself, which turns the step aside: one factor for all.": (
                lambda a, b, limit: _both(a, b).clamp(-limit, limit)
            ),
            "A gradient shorter than the limit should stay as it is.": (
                lambda a, b, limit: _both(a, b) * (limit / _both(a, b).norm())
            ),
            "Nothing is cut.": lambda a, b, limit: _both(a, b) + 0 * limit,
            "The two lengths are added; take the length of both together.": (
                lambda a, b, limit: _cut(_both(a, b), limit, a.norm() + b.norm())
            ),
            "The two lengths are added, and what is shorter than the limit is made longer.": (
                lambda a, b, limit: _both(a, b) * limit / (a.norm() + b.norm())
            ),
            "Each number is cut by itself, and only those above 0: one factor for all.": (
                lambda a, b, limit: _both(a, b).clamp(max=limit)
            ),
            "This takes the squared length; its root is missing.": (
                lambda a, b, limit: _cut(_both(a, b), limit, _both(a, b).square().sum())
            ),
            "Each row is cut by itself; one factor for all.": (
                lambda a, b, limit: _cut(_both(a, b), limit, _both(a, b).norm(dim=1, keepdim=True))
            ),
            "Each column is cut by itself; one factor for all.": (
                lambda a, b, limit: _cut(_both(a, b), limit, _both(a, b).norm(dim=0))
            ),
            "Only the longer of the two decides here; take the length of both together.": (
                lambda a, b, limit: _cut(_both(a, b), limit, torch.maximum(a.norm(), b.norm()))
            ),
            "Only the length of by_W decides here; take that of both together.": (
                lambda a, b, limit: _cut(_both(a, b), limit, a.norm())
            ),
            "Only the length of by_U decides here; take that of both together.": (
                lambda a, b, limit: _cut(_both(a, b), limit, b.norm())
            ),
            "by_U is not cut.": lambda a, b, limit: _both(_cut(a, limit, _both(a, b).norm()), b),
            "by_W is not cut.": lambda a, b, limit: _both(a, _cut(b, limit, _both(a, b).norm())),
            "The largest number decides here; wanted is the length, of all numbers together.": (
                lambda a, b, limit: _cut(_both(a, b), limit, _both(a, b).abs().max())
            ),
            "The factor is upside down: this makes long gradients longer.": (
                lambda a, b, limit: _both(a, b) * (_both(a, b).norm() / limit).clamp(min=1.0)
            ),
            "The limit is the length that is left, not a factor.": (
                lambda a, b, limit: _both(a, b) * limit
            ),
            "This is always 1 long; the limit has no say.": (
                lambda a, b, limit: _both(a, b) / _both(a, b).norm() + 0 * limit
            ),
            "This is the spectral norm; wanted is the root of the sum of all squares.": (
                lambda a, b, limit: _cut(
                    _both(a, b), limit, torch.linalg.matrix_norm(_both(a, b), 2)
                )
            ),
            "The branches have changed places: this cuts what is shorter than the limit.": (
                lambda a, b, limit: (
                    _both(a, b)
                    if _both(a, b).norm() > limit
                    else _both(a, b) * limit / _both(a, b).norm()
                )
            ),
            "This adds up sizes; a length is the root of the sum of squares.": (
                lambda a, b, limit: _cut(_both(a, b), limit, _both(a, b).abs().sum())
            ),
            "This is the root of the mean square; a length has the sum of the squares.": (
                lambda a, b, limit: _cut(_both(a, b), limit, _both(a, b).square().mean().sqrt())
            ),
            "What is longer than the limit becomes 1 long; it should become `limit` long.": (
                lambda a, b, limit: (
                    _both(a, b) / _both(a, b).norm() if _both(a, b).norm() > limit else _both(a, b)
                )
            ),
            "This divides by the longer of length and limit; then times `limit` is missing.": (
                lambda a, b, limit: _both(a, b) / _both(a, b).norm().clamp(min=limit)
            ),
            "This shortens every gradient a little; what is within the limit stays as it is.": (
                lambda a, b, limit: _both(a, b) * limit / (_both(a, b).norm() + limit)
            ),
        },
        slips=(
            Slip(
                "`.norm` is a method: without brackets it is no number.",
                written(r"\.norm(?!\()\b"),
                "def clip_by_norm(by_W, by_U, limit):\n"
                "    both = torch.cat([by_W, by_U], dim=1)\n"
                "    return both * limit / both.norm if both.norm > limit else both\n",
            ),
        ),
        hints=(
            "`torch.cat([by_W, by_U], dim=1)` has a length: `.norm()`.",
            "Multiply it by `limit / length`, but by no more than 1: `.clamp(max=1)`.",
        ),
        meaning="It is shorter, and points where it pointed.",
        has_gradient=False,
    ),
)
