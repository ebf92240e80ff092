"""Lesson 12: recursive least squares, a step of the best fit."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Inputs, Slip, normal, row
from lcutils.checking.syntax import written


def rls_step(state: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """state: [K, K + V] (P, then S), k: [K], v: [V] -> the new one: [K, K + V]"""
    return _rls(state, k, v)


def _rls(
    state: Tensor,
    k: Tensor,
    v: Tensor,
    gain: Callable[[Tensor, Tensor], Tensor] = lambda P, k: P @ k / (1 + k @ P @ k),
    new_P: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda P, k, g: P - torch.outer(g, P @ k),
    missing: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda S, k, v: v - S.T @ k,
    move: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda P, k, g: g,
) -> Tensor:
    """The step, with what a reader may do differently in each of its lines."""
    P, S = state[:, : len(k)], state[:, len(k) :]
    g = gain(P, k)
    return torch.cat([new_P(P, k, g), S + torch.outer(move(P, k, g), missing(S, k, v))], dim=1)


def _rls_late(state: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The mistake to take the gain from the new P, and divide once more."""
    P = _rls(state, k, v)[:, : len(k)]
    g = P @ k / (1 + k @ P @ k)
    S = state[:, len(k) :]
    return torch.cat([P, S + torch.outer(g, v - S.T @ k)], dim=1)


def _rls_as_sums(state: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The mistake to take S for the sum X^T Y that H S must equal."""
    P = _rls(state, k, v)[:, : len(k)]
    return torch.cat([P, P @ (state[:, len(k) :] + torch.outer(k, v))], dim=1)


def _draw_rls(rng: torch.Generator, K: int, V: int) -> Inputs:
    root = normal(rng, K, K)
    P = root @ root.T + 0.1 * torch.eye(K, dtype=torch.float64)
    return torch.cat([P, normal(rng, K, V)], dim=1), normal(rng, K), normal(rng, V)


ENTRIES = (
    FunctionExercise(
        "12.rls_step",
        rls_step,
        worked=(row([2, 0, 1, 0], [0, 1, 0, 3]), row(1, 2), row(3, 1)),
        draw=_draw_rls,
        sizes=({"K": 1, "V": 1}, {"K": 2, "V": 4}, {"K": 4, "V": 3}),
        mistakes={
            "P stays as it was: the next pair will not know of this one.": lambda s, k, v: _rls(
                s, k, v, new_P=lambda P, k, g: P
            ),
            "The denominator 1 + k^T P k is missing.": lambda s, k, v: _rls(
                s, k, v, gain=lambda P, k: P @ k
            ),
            "The 1 in the denominator is missing: 1 + k^T P k.": lambda s, k, v: _rls(
                s, k, v, gain=lambda P, k: P @ k / (k @ P @ k)
            ),
            "S never looks: it writes v, where v - S^T k is missing.": lambda s, k, v: _rls(
                s, k, v, missing=lambda S, k, v: v
            ),
            "P grows: a pair more makes the inverse smaller.": lambda s, k, v: _rls(
                s, k, v, new_P=lambda P, k, g: P + torch.outer(g, P @ k)
            ),
            "The sign of what is missing is wrong.": lambda s, k, v: _rls(
                s, k, v, missing=lambda S, k, v: S.T @ k - v
            ),
            "P k is missing: without it this is a normalised delta step.": lambda s, k, v: _rls(
                s,
                k,
                v,
                gain=lambda P, k: k / (1 + k @ P @ k),
                new_P=lambda P, k, g: P - torch.outer(P @ k, P @ k) / (1 + k @ P @ k),
            ),
            "P loses the outer product of the gain with k; with P k it should be.": (
                lambda s, k, v: _rls(s, k, v, new_P=lambda P, k, g: P - torch.outer(g, k))
            ),
            "S stands before P: the state holds P first.": lambda s, k, v: _rls(s, k, v).roll(
                len(v), 1
            ),
            "The gain is divided twice: from the new P it would be P k alone.": _rls_late,
            "S is right, but P loses P k k^T P undivided: by 1 + k^T P k it should be divided.": (
                lambda s, k, v: _rls(s, k, v, new_P=lambda P, k, g: P - torch.outer(P @ k, P @ k))
            ),
            "The denominator is 1 + k^T P k, with P, not 1 + k^T k.": lambda s, k, v: _rls(
                s, k, v, gain=lambda P, k: P @ k / (1 + k @ k)
            ),
            "P is right, but S moves by P k; the gain is P k / (1 + k^T P k).": lambda s, k, v: (
                _rls(s, k, v, move=lambda P, k, g: P @ k)
            ),
            "P is right, but S moves along k; it moves along the gain.": lambda s, k, v: _rls(
                s, k, v, move=lambda P, k, g: k
            ),
            "P loses the outer product of the gain with itself; with P k it should be.": (
                lambda s, k, v: _rls(s, k, v, new_P=lambda P, k, g: P - torch.outer(g, g))
            ),
            "P loses the outer product of k; it should be that of P k.": lambda s, k, v: _rls(
                s, k, v, new_P=lambda P, k, g: P - torch.outer(k, k) / (1 + k @ P @ k)
            ),
            "The state is as it was: neither P nor S has read the pair.": lambda s, k, v: 1 * s,
            "S stays as it was: the pair is not written.": lambda s, k, v: _rls(
                s, k, v, missing=lambda S, k, v: 0 * v
            ),
            "P is taken for H: what the state holds is the inverse of H.": lambda s, k, v: _rls(
                s,
                k,
                v,
                new_P=lambda P, k, g: P + torch.outer(k, k),
                move=lambda P, k, g: torch.linalg.solve(P + torch.outer(k, k), k),
            ),
            "k k^T is added to P; it is added to H, whose inverse P is.": lambda s, k, v: _rls(
                s,
                k,
                v,
                new_P=lambda P, k, g: P + torch.outer(k, k),
                move=lambda P, k, g: (P + torch.outer(k, k)) @ k,
            ),
            "k k^T is added to P, and then the inverse is taken; H is the inverse of P, and gets "
            "it.": lambda s, k, v: _rls(
                s,
                k,
                v,
                new_P=lambda P, k, g: torch.linalg.inv(P + torch.outer(k, k)),
                move=lambda P, k, g: torch.linalg.inv(P + torch.outer(k, k)) @ k,
            ),
            "P is not used: this is a step of the delta rule.": lambda s, k, v: _rls(
                s, k, v, new_P=lambda P, k, g: P, move=lambda P, k, g: k
            ),
            "S holds the best state, not X^T Y: it moves by the gain times what is missing.": (
                lambda s, k, v: _rls_as_sums(s, k, v)
            ),
            "The old S is lost: what is missing is added to it.": lambda s, k, v: torch.cat(
                [
                    rls_step(s, k, v)[:, : len(k)],
                    rls_step(s, k, v)[:, len(k) :] - s[:, len(k) :],
                ],
                dim=1,
            ),
            "This is what P loses; the old P is missing.": lambda s, k, v: _rls(
                s, k, v, new_P=lambda P, k, g: torch.outer(g, P @ k)
            ),
            "A row times a column is a number: P loses an outer product.": lambda s, k, v: _rls(
                s, k, v, new_P=lambda P, k, g: P - g @ (P @ k)
            ),
            "P loses an outer product; so multiplied, each of its rows loses the same.": (
                lambda s, k, v: _rls(s, k, v, new_P=lambda P, k, g: P - g * (P @ k))
            ),
            "The denominator needs brackets: it is all of 1 + k^T P k.": lambda s, k, v: _rls(
                s, k, v, gain=lambda P, k: P @ k + k @ P @ k
            ),
            "The denominator is 1 plus k^T P k.": lambda s, k, v: _rls(
                s, k, v, gain=lambda P, k: P @ k / (1 - k @ P @ k)
            ),
            "The gain is along P k, not along k.": lambda s, k, v: _rls(
                s, k, v, gain=lambda P, k: k / (1 + k @ P @ k)
            ),
            "It writes what is read; wanted is what is missing, v - S^T k.": lambda s, k, v: _rls(
                s, k, v, missing=lambda S, k, v: S.T @ k
            ),
            "The read-out is added to v; what is missing is v minus the read-out.": (
                lambda s, k, v: _rls(s, k, v, missing=lambda S, k, v: v + S.T @ k)
            ),
            "This is the new S alone; the state holds P as well.": lambda s, k, v: rls_step(
                s, k, v
            )[:, len(k) :],
        },
        slips=(
            Slip(
                "In the outer product the gain stands first: S has a row for each number of the "
                "key.",
                written(r"outer\((v - [^,]*|missing|error), "),
                "def rls_step(state, k, v):\n"
                "    P, S = state[:, :len(k)], state[:, len(k):]\n"
                "    gain = P @ k / (1 + k @ P @ k)\n"
                "    P = P - torch.outer(gain, P @ k)\n"
                "    return torch.cat([P, S + torch.outer(v - S.T @ k, gain)], dim=1)\n",
            ),
            Slip(
                "S is K x V: what a key reads is S^T k.",
                written(r"(?<![\w.])S @ k\b(?![\w\[.])"),
                "def rls_step(state, k, v):\n"
                "    P, S = state[:, :len(k)], state[:, len(k):]\n"
                "    gain = P @ k / (1 + k @ P @ k)\n"
                "    P = P - torch.outer(gain, P @ k)\n"
                "    return torch.cat([P, S + torch.outer(gain, v - S @ k)], dim=1)\n",
            ),
            Slip(
                "S moves by an outer product, of the gain with what is missing.",
                written(
                    r"(gain|g) [@*] \(?(v -|missing|error)", unless="None|unsqueeze|reshape|view"
                ),
                "def rls_step(state, k, v):\n"
                "    P, S = state[:, :len(k)], state[:, len(k):]\n"
                "    gain = P @ k / (1 + k @ P @ k)\n"
                "    P = P - torch.outer(gain, P @ k)\n"
                "    return torch.cat([P, S + gain @ (v - S.T @ k)], dim=1)\n",
            ),
        ),
        meaning="P knows which directions were read; along those a new pair moves S less.",
        hints=(
            "Three lines: the gain P k / (1 + k^T P k), then the new P, then the new S.",
            "`P, S = state[:, :len(k)], state[:, len(k):]`; the new P is "
            "`P - torch.outer(gain, P @ k)`.",
        ),
        has_gradient=False,  # by the inverse of P it is another one where P is not symmetric
    ),
)
