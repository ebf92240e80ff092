"""Lesson 02, core path: what a mean minimises, and the loss that makes word vectors."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from lcutils.exercises._data import ExpressionExercise, FunctionExercise, Inputs, normal, row


def weighted_mean(x: Tensor, a: Tensor) -> Tensor:
    """x: [N, D], weights a > 0: [N] -> the v that minimises sum a_i ||v - x_i||^2: [D]"""
    return a @ x / a.sum()


def sgns_loss(v: Tensor, u: Tensor, u_noise: Tensor) -> Tensor:
    """v, u: [B, D] words and their contexts, u_noise: [B, N, D] drawn contexts -> the loss: []"""
    near, far = _dots(v, u, u_noise)
    return -(logsigmoid(near) + logsigmoid(-far).sum(1)).mean()


def _dots(v: Tensor, u: Tensor, u_noise: Tensor) -> tuple[Tensor, Tensor]:
    """v.u: [B], and v.u_n: [B, N]."""
    return (v * u).sum(1), (u_noise @ v[:, :, None]).squeeze(2)


def _loss(near: Any, far: Any, noise: Any = lambda far: far.sum(1)) -> Any:
    """A wrong loss: what is taken of v.u, of v.u_n, and how the latter are made one number."""

    def wrong(v: Tensor, u: Tensor, u_noise: Tensor) -> Any:
        true, drawn = _dots(v, u, u_noise)
        return -(near(true) + noise(far(drawn))).mean()

    return wrong


def _against(x: Tensor) -> Tensor:
    return logsigmoid(-x)


def _softmax_loss(v: Tensor, u: Tensor, u_noise: Tensor) -> Tensor:
    near, far = _dots(v, u, u_noise)
    return (torch.cat([near[:, None], far], dim=1).logsumexp(1) - near).mean()


def _pairs(rng: torch.Generator, B: int, N: int, D: int, score: float = 0) -> Inputs:
    """If a score is given, every v.u is that or its negative."""
    v, u, u_noise = normal(rng, B, D), normal(rng, B, D), normal(rng, B, N, D)
    if score:
        near, far = _dots(v, u, u_noise)
        u, u_noise = u * (score / near.abs())[:, None], u_noise * (score / far.abs())[:, :, None]
    return v, u, u_noise


def _log(expression: Any) -> Any:
    import sympy

    return sympy.log(expression)


ENTRIES = (
    FunctionExercise(
        "02.weighted_mean",
        weighted_mean,
        worked=(row([0, 8], [4, 0], [8, 8]), row(1, 1, 2)),
        draw=lambda rng, N, D: (normal(rng, N, D), normal(rng, N).exp()),
        sizes=({"N": 1, "D": 1}, {"N": 1, "D": 3}, {"N": 4, "D": 2}, {"N": 7, "D": 3}),
        mistakes={
            "The weights are not used: this is the plain mean.": lambda x, a: x.mean(0),
            "This is the weighted sum. Divide it.": lambda x, a: a @ x,
            "It is divided by N, not by the sum of a.": lambda x, a: a @ x / len(a),
            "It is divided by the length of a, not by its sum.": lambda x, a: a @ x / a.norm(),
            "It is divided by the sum of all a^2, not of all a.": lambda x, a: a @ x / (a @ a),
            "No softmax is needed: these are weights already.": lambda x, a: a.softmax(0) @ x,
            "The weights are squared; only the distance is.": lambda x, a: weighted_mean(x, a * a),
            "The weights are under a root; they stand in the loss as they are.": (
                lambda x, a: weighted_mean(x, a.sqrt())
            ),
            "A large weight counts little: 1/a was taken.": lambda x, a: weighted_mean(x, 1 / a),
            "This is the median. It is best for plain distances, not for their squares.": (
                lambda x, a: x.median(0).values
            ),
            "This is the vector with the largest a; the others pull, too.": lambda x, a: x[
                a.argmax()
            ],
            "The vectors are weighted right. Add them up.": lambda x, a: a[:, None] * x / a.sum(),
            "The sum runs over the entries of a vector, not over the vectors.": (
                lambda x, a: (a[:, None] * x).sum(1) / a.sum()
            ),
        },
        hints=(
            "At the lowest point the gradient `2 * sum a_i (v - x_i)` is zero: solve that for `v`.",
            "`a @ x` is the sum of `a_i x_i`. What is left to divide by?",
        ),
    ),
    ExpressionExercise(
        "02.optimum",
        "n_wc n_w n_c D n_neg",
        lambda wc, w, c, D, n: wc * D / (n * w * c),
        mistakes={
            "Upside down: a pair seen often scores high.": lambda wc, w, c, D, n: (
                n * w * c / wc / D
            ),
            "n_neg is missing: each pair has n_neg draws.": lambda wc, w, c, D, n: wc * D / (w * c),
            "n_neg is on top: noise lowers the score.": lambda wc, w, c, D, n: n * wc * D / (w * c),
            "D is missing: a chance is a count over D.": lambda wc, w, c, D, n: wc / (n * w * c),
            "D stands below; it should be on top.": lambda wc, w, c, D, n: wc / (n * w * c * D),
            "One D too many: one of two is left.": lambda wc, w, c, D, n: wc * D**2 / (n * w * c),
            "n_w is missing: a frequent word meets more noise.": (
                lambda wc, w, c, D, n: wc * D / (n * c)
            ),
            "n_c is missing: a frequent context is drawn more often.": (
                lambda wc, w, c, D, n: wc * D / (n * w)
            ),
            "This is x itself; wanted is e^x.": lambda wc, w, c, D, n: _log(wc * D / (n * w * c)),
            "This is sigma(x), the part of the pairs that are real; wanted is e^x.": (
                lambda wc, w, c, D, n: wc * D / (wc * D + n * w * c)
            ),
            "The sign is wrong: e^x is above 0.": lambda wc, w, c, D, n: -wc * D / (n * w * c),
            "This is a difference; wanted is a ratio.": lambda wc, w, c, D, n: wc - n * w * c / D,
        },
        hints=(
            "Set the slope to zero: `n_wc sigma(-x) = n_neg (n_w n_c / D) sigma(x)`.",
            "Divide by `sigma(-x)`, and use that `sigma(x) / sigma(-x)` is `e^x`.",
        ),
    ),
    FunctionExercise(
        "02.sgns_loss",
        sgns_loss,
        worked=(
            row([1, 0], [0, 2]),
            row([2, 5], [3, -1]),
            row([[1, 4], [-3, 0]], [[0, 1], [5, 0]]),
        ),
        draw=_pairs,
        sizes=(
            {"B": 1, "N": 1, "D": 1},
            {"B": 5, "N": 4, "D": 3, "score": 200},
            {"B": 2, "N": 1, "D": 4},
            {"B": 3, "N": 4, "D": 2},
        ),
        mistakes={
            "The sigmoid is missing: these are the bare scores.": _loss(lambda x: x, lambda x: -x),
            "The logarithm is missing.": _loss(torch.sigmoid, lambda x: torch.sigmoid(-x)),
            "The noise is drawn near, too: its scores need a minus inside the sigmoid.": (
                _loss(logsigmoid, logsigmoid)
            ),
            "The noise term has the wrong sign: both terms are minus a logarithm.": _loss(
                logsigmoid, lambda x: -logsigmoid(-x)
            ),
            "The real pairs are pushed apart: their scores have a minus too many.": _loss(
                _against, _against
            ),
            "This is minus the loss: training would make it worse.": _loss(
                lambda x: -logsigmoid(x), lambda x: -logsigmoid(-x)
            ),
            "This is the mean over the noise words; wanted is their sum.": _loss(
                logsigmoid, _against, lambda far: far.mean(1)
            ),
            "This is the sum over the batch; wanted is its mean.": (
                lambda v, u, n: len(v) * sgns_loss(v, u, n)
            ),
            "These are the losses of the B pairs. Take the mean.": lambda v, u, n: torch.stack(
                [sgns_loss(v[i : i + 1], u[i : i + 1], n[i : i + 1]) for i in range(len(v))]
            ),
            "At scores of 200 this is infinite. What is log(sigmoid(-200)) in float32?": _loss(
                lambda x: torch.sigmoid(x).log(), lambda x: torch.sigmoid(-x).log()
            ),
            "A small number was added before the logarithm: at scores of 200 it shows.": _loss(
                lambda x: (torch.sigmoid(x) + 1e-10).log(),
                lambda x: (torch.sigmoid(-x) + 1e-10).log(),
            ),
            "Only the first noise word counts; wanted are all N.": _loss(
                logsigmoid, _against, lambda far: far[:, 0]
            ),
            "The noise is left out.": _loss(logsigmoid, _against, lambda far: 0),
            "The scores of the noise are added before the sigmoid; each has its own.": _loss(
                logsigmoid, lambda x: x, lambda far: logsigmoid(-far.sum(1))
            ),
            "The noise is compared with the context; it belongs to the word.": (
                lambda v, u, n: (
                    -(logsigmoid((v * u).sum(1)) + _against(_dots(u, v, n)[1]).sum(1)).mean()
                )
            ),
            "This is a softmax over the context and the noise; here each pair stands alone.": (
                _softmax_loss
            ),
        },
        hints=(
            "One score `v.u` for each pair, N for its noise. Where does a score want to be large?",
            "`u_noise @ v[:, :, None]` is [B, N, 1]; `logsigmoid` stays finite at -200.",
        ),
    ),
)
