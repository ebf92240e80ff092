"""Lesson 02: the loss of skip-gram with negative sampling."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from lcutils.checking.data import FunctionExercise, Inputs, Slip, normal, row
from lcutils.checking.syntax import calls, has_loop, operands


def sgns_loss(v: Tensor, u: Tensor, u_noise: Tensor) -> Tensor:
    """v, u: [B, D] words and contexts, u_noise: [B, n_neg, D] drawn contexts -> the loss: []"""
    near, far = _dots(v, u, u_noise)
    return -(logsigmoid(near) + logsigmoid(-far).sum(1)).mean()


def _dots(v: Tensor, u: Tensor, u_noise: Tensor) -> tuple[Tensor, Tensor]:
    """v.u: [B], and v.u_n: [B, n_neg]."""
    return (v * u).sum(1), (u_noise @ v[:, :, None]).squeeze(2)


def _loss(near: Any, far: Any, noise: Any = lambda far: far.sum(1)) -> Any:
    """A wrong loss: what is taken of v.u, of v.u_n, and how the latter are made one number."""

    def wrong(v: Tensor, u: Tensor, u_noise: Tensor) -> Any:
        true, drawn = _dots(v, u, u_noise)
        return -(near(true) + noise(far(drawn))).mean()

    return wrong


def _against(x: Tensor) -> Tensor:
    return logsigmoid(-x)


def _inner(products: Tensor) -> Tensor:
    """A wrong probability: sigma of each of the D products, added up."""
    return products.sigmoid().sum(-1)


def _scores_loss(scores: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """The loss of wrong scores of v and the contexts, whose vectors have the axis 1."""

    def wrong(v: Tensor, u: Tensor, u_noise: Tensor) -> Tensor:
        near, far = scores(v[:, None], u[:, None])[:, 0], scores(v[:, None], u_noise)
        return -(logsigmoid(near) + logsigmoid(-far).sum(1)).mean()

    return wrong


def _softmax_loss(v: Tensor, u: Tensor, u_noise: Tensor) -> Tensor:
    near, far = _dots(v, u, u_noise)
    return (torch.cat([near[:, None], far], dim=1).logsumexp(1) - near).mean()


def is_floored(tree: ast.AST) -> bool:
    """Is something clamped, or is there a number so small or large that it props up a log?"""
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    numbers = [abs(value) for value in constants if isinstance(value, int | float)]
    props = ("clamp", "clamp_min", "clip", "maximum", "nan_to_num", "finfo")
    return any(0 < n < 1e-3 or n >= 1e3 for n in numbers) or bool(calls(tree, *props))


def takes_formula_log(tree: ast.AST) -> bool:
    """Is each logarithm `log(x)` or `math.log(x)`, for a formula or one number, with no loop?"""
    logs = {ast.unparse(call.func) for call in calls(tree, "log")}
    return bool(logs) and logs <= {"log", "math.log"} and not has_loop(tree)


def _pairs(rng: torch.Generator, B: int, n_neg: int, D: int, score: float = 0) -> Inputs:
    """If a score is given, every v.u is that or its negative."""
    v, u, u_noise = normal(rng, B, D), normal(rng, B, D), normal(rng, B, n_neg, D)
    if score:
        near, far = _dots(v, u, u_noise)
        u, u_noise = u * (score / near.abs())[:, None], u_noise * (score / far.abs())[:, :, None]
    return v, u, u_noise


ENTRIES = (
    FunctionExercise(
        "02.sgns_loss",
        sgns_loss,
        worked=(
            row([1, 1], [0, 2]),
            row([1, -2], [3, 1]),  # the scores are -1 and 2
            row([[2, -1], [-3, 1]], [[0, 1], [5, 0]]),  # 1, -2 and 2, 0: no sum is 0
        ),
        draw=_pairs,
        sizes=(
            {"B": 1, "n_neg": 1, "D": 1},
            {"B": 5, "n_neg": 4, "D": 3, "score": 200},
            {"B": 2, "n_neg": 1, "D": 4},
            {"B": 3, "n_neg": 4, "D": 2},
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
            "Both signs are wrong: this pulls the noise and pushes the real pairs.": _loss(
                _against, logsigmoid
            ),
            "The pairs' term has the wrong sign: both terms are minus a logarithm.": _loss(
                lambda x: -logsigmoid(x), _against
            ),
            "The noise's minus stands before its logarithm; it belongs to the score.": _loss(
                logsigmoid, lambda x: -logsigmoid(x)
            ),
            "The minus before the logarithms is missing, and both scores have the wrong sign.": (
                _loss(lambda x: -logsigmoid(-x), lambda x: -logsigmoid(x))
            ),
            "The minus before the logarithms is missing, and that in the noise's sigmoid.": (
                _loss(lambda x: -logsigmoid(x), lambda x: -logsigmoid(x))
            ),
            "Each term has one minus: the pair's is inside and should be outside. "
            "And the noise needs one more.": _loss(_against, lambda x: -logsigmoid(-x)),
            "The pair lacks the minus before its logarithm, the noise that in its sigmoid.": (
                _loss(lambda x: -logsigmoid(x), logsigmoid)
            ),
            "The pair's minus is inside and should be outside; the noise's is outside alone.": (
                _loss(lambda x: -logsigmoid(-x), logsigmoid)
            ),
            "The noise lacks its logarithm.": _loss(logsigmoid, lambda x: -torch.sigmoid(x)),
            "log sigma(-x) is not 1 - log sigma(x): the minus belongs to the score.": _loss(
                logsigmoid, lambda x: 1 - logsigmoid(x)
            ),
            "sigma comes after the dot product: add up over D first.": lambda v, u, n: (
                -(logsigmoid(v * u).sum(1) + _against(_dots(v, u, n)[1]).sum(1)).mean()
            ),
            "The D products go through sigma one by one, in both terms: add them up first.": (
                lambda v, u, n: (
                    -(logsigmoid(v * u).sum(1) + _against(v[:, None] * n).sum((1, 2))).mean()
                )
            ),
            "sigma is taken of each of the D products, and the sum after it; first add them up.": (
                lambda v, u, n: -(_inner(v * u).log() + _inner(-v[:, None] * n).log().sum(1)).mean()
            ),
            "sigma is taken of each of the pair's D products; first add them up.": (
                lambda v, u, n: -(_inner(v * u).log() + _against(_dots(v, u, n)[1]).sum(1)).mean()
            ),
            "v @ u.T is every word with every context; each word has one of its own.": (
                lambda v, u, n: (
                    -(logsigmoid(v @ u.T).mean() + _against(_dots(v, u, n)[1]).sum(1).mean())
                )
            ),
            "The context counts once for each noise word; it counts once.": lambda v, u, n: (
                sgns_loss(v, u, n) - (n.shape[1] - 1) * logsigmoid(_dots(v, u, n)[0]).mean()
            ),
            "The noise is added up over the batch; it is averaged like the pairs.": (
                lambda v, u, n: (
                    -logsigmoid(_dots(v, u, n)[0]).mean() - _against(_dots(v, u, n)[1]).sum()
                )
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
            "It is divided by B twice; the mean has done it.": (
                lambda v, u, n: sgns_loss(v, u, n) / len(v)
            ),
            "This is the mean over all 1 + n_neg scores; those of a pair are added up.": (
                lambda v, u, n: sgns_loss(v, u, n) / (1 + n.shape[1])
            ),
            "Every score has the label 1; those of the noise have 0.": lambda v, u, n: (
                -logsigmoid(torch.cat([(v * u).sum(1, True), _dots(v, u, n)[1]], 1)).mean()
            ),
            "Only the pairs' term is averaged over the batch; so is the noise's.": (
                lambda v, u, n: (
                    -logsigmoid(_dots(v, u, n)[0]).mean() - _against(_dots(v, u, n)[1]).sum(1)
                )
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
            "binary_cross_entropy stops each logarithm at -100: scores of 200 show it.": (
                _loss(
                    lambda x: torch.sigmoid(x).log().clamp(min=-100),
                    lambda x: torch.sigmoid(-x).log().clamp(min=-100),
                )
            ),
            "Only the first noise word counts; wanted are all n_neg.": _loss(
                logsigmoid, _against, lambda far: far[:, 0]
            ),
            "Only the last noise word counts: each step of the loop must add to the loss.": _loss(
                logsigmoid, _against, lambda far: far[:, -1]
            ),
            "The noise vectors are averaged; each has a score of its own.": _loss(
                logsigmoid, lambda x: x, lambda far: logsigmoid(-far.mean(1))
            ),
            "The scores are means over D; a dot product is a sum.": _scores_loss(
                lambda v, u: (v * u).mean(2)
            ),
            "The scores are cosines; wanted are dot products.": _scores_loss(
                lambda v, u: torch.cosine_similarity(v, u, dim=2)
            ),
            "All scores go into one sigmoid; each has its own.": lambda v, u, n: (
                -logsigmoid(_dots(v, u, n)[0] - _dots(v, u, n)[1].sum(1)).mean()
            ),
            "The scores of all pairs are added before the sigmoid; each pair has its own.": (
                lambda v, u, n: (
                    -logsigmoid((v * u).sum()) - _against(_dots(v, u, n)[1]).sum(1).mean()
                )
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
        slips=(
            Slip(
                "log and math.log take a formula or one number; these scores are tensors.",
                takes_formula_log,
                "def sgns_loss(v, u, u_noise):\n"
                "    near, far = (v * u).sum(1), (u_noise @ v[:, :, None]).squeeze(2)\n"
                "    near, far = near.sigmoid(), (-far).sigmoid()\n"
                "    return -(math.log(near) + math.log(far).sum(1)).mean()\n",
            ),
            Slip(
                "sigma has a floor under it, and at scores of 200 the loss shows the floor.",
                is_floored,
                "def sgns_loss(v, u, u_noise):\n"
                "    near, far = (v * u).sum(1), (u_noise @ v[:, :, None]).squeeze(2)\n"
                "    near, far = near.sigmoid() + 1e-9, (-far).sigmoid() + 1e-9\n"
                "    return -(near.log() + far.log().sum(1)).mean()\n",
            ),
            Slip(
                "u_noise @ v lets every drawn context meet every word; each belongs to one.",
                lambda tree: ("u_noise", "v") in operands(tree, ast.MatMult),
                "def sgns_loss(v, u, u_noise):\n"
                "    logsigmoid = torch.nn.functional.logsigmoid\n"
                "    near, far = logsigmoid((v * u).sum(1)), logsigmoid(-(u_noise @ v))\n"
                "    return -(near + far.sum(1)).mean()\n",
            ),
            Slip(
                "u_noise has an axis for n_neg, and v has none: v needs one of length 1.",
                lambda tree: bool({("u_noise", "v"), ("v", "u_noise")} & operands(tree, ast.Mult)),
                "def sgns_loss(v, u, u_noise):\n"
                "    logsigmoid = torch.nn.functional.logsigmoid\n"
                "    near, far = logsigmoid((v * u).sum(1)), logsigmoid(-(u_noise * v).sum(2))\n"
                "    return -(near + far.sum(1)).mean()\n",
            ),
        ),
        hints=(
            "One score for each pair, n_neg for its noise. Where does a score want to be large?",
            "`u_noise @ v[:, :, None]` is [B, n_neg, 1]; `logsigmoid` stays finite at -200.",
        ),
        meaning="A pair of the text is pulled together, a drawn one pushed apart.",
    ),
)
