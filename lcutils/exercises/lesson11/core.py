"""Lesson 11: a step of the delta rule, what it leaves, and how far it may go."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    Inputs,
    Slip,
    normal,
    row,
    square_root,
)
from lcutils.checking.syntax import written

_ONE_BY_ONE = r"\bfor\b|vmap"  # where a name may stand for one text's part


def delta_step(state: Tensor, k: Tensor, v: Tensor, beta: Tensor) -> Tensor:
    """state: [B, K, V], k: [B, K], v: [B, V], beta: [B] -> the new state: [B, K, V]"""
    return state + _write(k, beta[:, None] * (v - _read(state, k)))


def _read(state: Tensor, k: Tensor) -> Tensor:
    return (k[:, None] @ state)[:, 0]


def _write(k: Tensor, new: Tensor) -> Tensor:
    return k[:, :, None] * new[:, None]


def _erased(state: Tensor, k: Tensor, beta: Tensor) -> Tensor:
    return state - _write(k, beta[:, None] * _read(state, k))


def _draw_step(rng: torch.Generator, B: int, K: int, V: int) -> Inputs:
    keys, values = normal(rng, B, K), normal(rng, B, V)
    return normal(rng, B, K, V), keys, values, torch.rand(B, generator=rng, dtype=torch.float64)


ENTRIES = (
    FunctionExercise(
        "11.delta_step",
        delta_step,
        worked=(
            row([[1, 0, 2], [0, 4, 0]]),
            row([1, 0]),
            row([3, 2, 0]),
            torch.tensor([0.5]),
        ),
        draw=_draw_step,
        sizes=({"B": 2, "K": 1, "V": 1}, {"B": 3, "K": 2, "V": 4}, {"B": 2, "K": 4, "V": 3}),
        mistakes={
            "The sign is wrong: it writes what is read minus what is wanted.": lambda S, k, v, b: (
                S - _write(k, b[:, None] * (v - _read(S, k)))
            ),
            "It never looks: this is the sum, with strength beta.": lambda S, k, v, b: (
                S + _write(k, b[:, None] * v)
            ),
            "It never looks, and beta is missing: this is the plain sum.": lambda S, k, v, b: (
                S + _write(k, v)
            ),
            "The read-out is added to the value; what is missing is v minus the read-out.": (
                lambda S, k, v, b: S + _write(k, b[:, None] * (v + _read(S, k)))
            ),
            "beta is missing: this writes all that is missing.": lambda S, k, v, b: (
                S + _write(k, v - _read(S, k))
            ),
            "beta weighs the value alone; it belongs to what is missing.": lambda S, k, v, b: (
                S + _write(k, b[:, None] * v - _read(S, k))
            ),
            "beta weighs the read-out alone; it belongs to what is missing.": lambda S, k, v, b: (
                S + _write(k, v - b[:, None] * _read(S, k))
            ),
            "beta fades the whole state; other keys should stay as they are.": (
                lambda S, k, v, b: (1 - b)[:, None, None] * S + _write(k, b[:, None] * v)
            ),
            "It looks too late: it reads after the value has been added.": lambda S, k, v, b: (
                S + _write(k, b[:, None] * (v - _read(S + _write(k, v), k)))
            ),
            "This is what is written; the old state is missing.": lambda S, k, v, b: _write(
                k, b[:, None] * (v - _read(S, k))
            ),
            "It only erases; the new value is missing.": lambda S, k, v, b: (
                S - _write(k, b[:, None] * _read(S, k))
            ),
            "The step is twice too large: the 1/2 cancels the 2 of the square.": (
                lambda S, k, v, b: S + 2 * _write(k, b[:, None] * (v - _read(S, k)))
            ),
            "Divided by ||k||^2: with that each write is exact, but it is not this step.": (
                lambda S, k, v, b: (
                    S + _write(k, b[:, None] * (v - _read(S, k))) / k.square().sum(1)[:, None, None]
                )
            ),
            "beta counts twice.": lambda S, k, v, b: (
                S + _write(k, b[:, None] ** 2 * (v - _read(S, k)))
            ),
            "The step is halved: the 1/2 of the loss is gone with the 2 of its square.": (
                lambda S, k, v, b: S + _write(k, b[:, None] * (v - _read(S, k))) / 2
            ),
            "The squares of the error are added up: .sum(), not .mean().": lambda S, k, v, b: (
                S + _write(k, b[:, None] * (v - _read(S, k))) / v.shape[1]
            ),
            "beta fades the state, and then it corrects as well; one of the two is too much.": (
                lambda S, k, v, b: (
                    (1 - b)[:, None, None] * S + _write(k, b[:, None] * (v - _read(S, k)))
                )
            ),
            "beta belongs to what is written; the old state stays whole.": lambda S, k, v, b: (
                b[:, None, None] * S + _write(k, v - _read(S, k))
            ),
            "It adds first and erases then: a part of the new value goes as well.": (
                lambda S, k, v, b: _erased(S + _write(k, b[:, None] * v), k, b)
            ),
            "The 1 of the erasing matrix stands in all its places: it is I, with ones on the "
            "diagonal alone.": lambda S, k, v, b: (
                (1 - b[:, None, None] * _write(k, k)) @ S + _write(k, b[:, None] * v)
            ),
            "k k^T is a matrix, a column times a row; this is k_j^2 in each of its rows.": (
                lambda S, k, v, b: (
                    (torch.eye(k.shape[1], dtype=k.dtype) - b[:, None, None] * k[:, None] ** 2) @ S
                    + _write(k, b[:, None] * v)
                )
            ),
            "This is the diagonal of k k^T alone: each row looks at itself, not at the read-out.": (
                lambda S, k, v, b: (
                    S - b[:, None, None] * k[:, :, None] ** 2 * S + _write(k, b[:, None] * v)
                )
            ),
            "k k^T is a matrix, not the number k^T k: other keys should stay as they are.": (
                lambda S, k, v, b: (
                    S - (b * k.square().sum(1))[:, None, None] * S + _write(k, b[:, None] * v)
                )
            ),
            "The state itself is taken from v; what is missing is v minus the read-out.": (
                lambda S, k, v, b: S + b[:, None, None] * k[:, :, None] * (v[:, None] - S)
            ),
            "The read-out adds up k_i times row i of the state; this is their mean.": (
                lambda S, k, v, b: S + _write(k, b[:, None] * (v - _read(S, k) / k.shape[1]))
            ),
            "Key and value have changed places: read with k, and compare with v.": (
                lambda S, k, v, b: S + _write(b[:, None] * (k - _read(S.mT, v)), v)
            ),
            "The keys are normalised first; this step takes them as they are.": lambda S, k, v, b: (
                delta_step(S, torch.nn.functional.normalize(k, dim=1), v, b)
            ),
            "All texts share one write: each state should get its own.": lambda S, k, v, b: (
                S + _write(k, b[:, None] * (v - _read(S, k))).sum(0)
            ),
            "One beta for all texts: each has its own.": lambda S, k, v, b: (
                S + b.mean() * _write(k, v - _read(S, k))
            ),
        },
        slips=(
            Slip(
                "The state is [K, V]: what has K numbers stands on its left.",
                written(r"(?<![\w.])state @ (?!v\b)"),
                "def delta_step(state, k, v, beta):\n"
                "    missing = v - (state @ k[:, :, None])[..., 0]\n"
                "    return state + k[:, :, None] * (beta[:, None] * missing)[:, None, :]\n",
            ),
            Slip(
                "torch.outer takes two vectors; with a batch an outer product is a column, "
                "`k[:, :, None]`, times a row.",
                written(r"\bouter\(k,", unless=_ONE_BY_ONE),
                "def delta_step(state, k, v, beta):\n"
                "    missing = v - (k[:, None, :] @ state)[:, 0]\n"
                "    return state + torch.outer(k, beta[:, None] * missing)\n",
            ),
            Slip(
                "beta is [B]: beside [B, V] it needs a new axis.",
                written(r"\bbeta \* | \* beta\b(?![\[.])", unless=rf"{_ONE_BY_ONE}|\bbeta ="),
                "def delta_step(state, k, v, beta):\n"
                "    missing = v - (k[:, None, :] @ state)[:, 0]\n"
                "    return state + k[:, :, None] * (beta * missing)[:, None, :]\n",
            ),
            Slip(
                "`beta[:, None]` is [B, 1]: beside [B, K, V] it needs one axis more.",
                written(r"\bbeta\[:, None\] \* k\[:, :, None\]|k\[:, :, None\] \* beta\[:, None\]"),
                "def delta_step(state, k, v, beta):\n"
                "    missing = v - (k[:, None, :] @ state)[:, 0]\n"
                "    return state + beta[:, None] * k[:, :, None] * missing[:, None, :]\n",
            ),
            Slip(
                "The outer product is turned round: k is its column, `k[:, :, None]`, and what is "
                "missing its row.",
                written(
                    r"[*@] k(\[:, None(, :)?\]|\.unsqueeze\(1\))(?! @ state)",
                    unless=rf"{_ONE_BY_ONE}|\bk(\[(:, :|\.\.\.), None\]|\.unsqueeze\((2|-1)\))",
                ),
                "def delta_step(state, k, v, beta):\n"
                "    missing = v - (k[:, None, :] @ state)[:, 0]\n"
                "    return state + (beta[:, None] * missing)[:, :, None] * k[:, None, :]\n",
            ),
            Slip(
                "k is [B, K]: so multiplied, the keys of all texts meet in one product. "
                "A row for each text is `k[:, None, :]`.",
                written(r"(?<![\w.\]])k @ |@ k\b(?![\w\[.])", unless=rf"{_ONE_BY_ONE}|\bk ="),
                "def delta_step(state, k, v, beta):\n"
                "    missing = v - k @ state\n"
                "    return state + k[:, :, None] * (beta[:, None] * missing)[:, None, :]\n",
            ),
            Slip(
                "What is read has an axis too many, [B, 1, V], and v is [B, V]: "
                "take it away before they meet.",
                written(r"(?<![\w.])v - k\[[^\]]*\] @ state", unless=r"\bv ="),
                "def delta_step(state, k, v, beta):\n"
                "    missing = v - k[:, None, :] @ state\n"
                "    return state + k[:, :, None] * (beta[:, None] * missing)[:, None, :]\n",
            ),
            Slip(
                "`squeeze()` drops every axis of 1, that of V = 1 as well: say which.",
                written(r"squeeze\(\)"),
                "def delta_step(state, k, v, beta):\n"
                "    missing = v - (k[:, None, :] @ state).squeeze()\n"
                "    return state + k[:, :, None] * (beta[:, None] * missing)[:, None, :]\n",
            ),
        ),
        hints=(
            "First read what the key brings back now. What is missing of the value?",
            "`missing = v - (k[:, None, :] @ state)[:, 0]`, [B, V]; "
            "the write is an outer product of k with beta times that.",
        ),
        meaning="What the key brings back already is not written again.",
    ),
    ExpressionExercise(
        "11.missing_after",
        "beta kk",
        lambda beta, kk: 1 - beta * kk,
        example=("1/5", "3"),
        mistakes={
            "Right for keys of length 1; where is the length of the others?": lambda beta, kk: (
                1 - beta
            ),
            "This is the part that is written; what is left of the rest?": lambda beta, kk: (
                beta * kk
            ),
            "The sign: a small step makes less missing, not more.": lambda beta, kk: 1 + beta * kk,
            "The step is beta, not 2 beta: the 1/2 cancels the 2.": lambda beta, kk: (
                1 - 2 * beta * kk
            ),
            "The step is beta, not half of it: the 2 of the square cancels the 1/2.": (
                lambda beta, kk: 1 - beta * kk / 2
            ),
            "kk is the squared length already; no root is needed.": lambda beta, kk: (
                1 - beta * square_root(kk)
            ),
            "This is the factor of the loss; what is missing is not squared.": lambda beta, kk: (
                (1 - beta * kk) ** 2
            ),
            "kk is ||k||^2 already.": lambda beta, kk: 1 - beta * kk**2,
            "Sign: before and after it is v - S^T k, so at beta = 0 the factor is 1.": (
                lambda beta, kk: beta * kk - 1
            ),
            "At beta = 0 nothing is written, and the factor is 1: kk comes with beta alone.": (
                lambda beta, kk: (1 - beta) * kk
            ),
            "At beta = 0 the factor is 1, not kk.": lambda beta, kk: kk - beta,
            "At beta = 0 the factor is 1, not 1/kk.": lambda beta, kk: (1 - beta) / kk,
            "Nothing is missing for one beta alone; in general something is left.": (
                lambda beta, kk: 0
            ),
            "Then the step would change nothing.": lambda beta, kk: 1,
            "This is what the step adds to what is missing; where is what was missing before?": (
                lambda beta, kk: -beta * kk
            ),
            "beta is what is written for a key of length 1; how much is left, and for any key?": (
                lambda beta, kk: beta
            ),
            "Right for beta = 1; a smaller step leaves more.": lambda beta, kk: 1 - kk,
            "kk is a squared length, not a number of steps.": lambda beta, kk: (1 - beta) ** kk,
            "A longer key changes more, not less.": lambda beta, kk: 1 - beta / kk,
            "beta stands in the step once.": lambda beta, kk: 1 - beta**2 * kk,
            "beta and kk stand in the step once each.": lambda beta, kk: 1 - beta**2 * kk**2,
        },
        hints=(
            "Put the new state into v - S^T k; (k m^T)^T k is m times k^T k.",
            "With m = v - S^T k: v - S^T k - beta kk m. Take m out.",
        ),
        meaning="With the same beta a longer key changes more.",
    ),
    ExpressionExercise(
        "11.largest_beta",
        "kk",
        lambda kk: 2 / kk,
        example=("3",),
        mistakes={
            "There each write is exact; the memory is stable for twice as much.": lambda kk: 1 / kk,
            "Right for keys of length 1; kk is ||k||^2.": lambda kk: 2,
            "Upside down: longer keys need smaller steps.": lambda kk: kk / 2,
            "kk is ||k||^2 already; no root is needed.": lambda kk: 2 / square_root(kk),
            "kk is ||k||^2 already; it need not be squared.": lambda kk: 2 / kk**2,
            "Upside down, and half as much: longer keys need smaller steps.": lambda kk: kk,
            "Longer keys need smaller steps; this grows with kk.": lambda kk: 2 * kk,
            "Right for exactness, and for keys of length 1; stable is more than exact, and it "
            "depends on kk.": lambda kk: 1,
            "Half of what makes a write exact; even more than that is stable.": (
                lambda kk: 1 / (2 * kk)
            ),
            "There is no root of 2: the factor is 1 - beta kk, not its square.": (
                lambda kk: square_root(2) / kk
            ),
            "This is one over the length; kk is its square already.": lambda kk: (
                1 / square_root(kk)
            ),
            "At beta = 0 nothing grows, true; how much larger may it be?": lambda kk: 0,
            "1 - beta kk = -1 is solved by a division by kk, not by taking kk away.": (
                lambda kk: 2 - kk
            ),
            "Solve 1 - beta kk = -1 for beta: the 1 goes to the other side, and not again.": (
                lambda kk: 2 / kk - 1
            ),
            "The sign: with a negative beta the factor 1 - beta kk is above 1.": lambda kk: -2 / kk,
            "There the factor is -3: it enlarges what lies along k three times.": lambda kk: 4 / kk,
        },
        hints=(
            "Beyond which beta is 1 - beta kk smaller than -1?",
            "Solve 1 - beta kk = -1.",
        ),
        meaning="Beyond it, what the state holds along k grows with each write.",
    ),
)
