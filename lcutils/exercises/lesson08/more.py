"""Lesson 08, if there is more time: a row with nothing to read."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Inputs, normal
from lcutils.exercises.lesson08.slips import PADDED_ATTENTION


def padded_attention(q: Tensor, k: Tensor, v: Tensor, is_word: Tensor) -> Tensor:
    """q: [B, K], k: [B, N, K], v: [B, N, V], is_word: [B, N] -> o: [B, V], 0 without words"""
    return _read(_weights(q, k, is_word).nan_to_num(), v)


def _scores(q: Tensor, k: Tensor) -> Tensor:
    scale: float = q.shape[1] ** -0.5
    return (k @ q[:, :, None])[..., 0] * scale  # [B, N]


def _weights(q: Tensor, k: Tensor, allowed: Tensor, value: float = -torch.inf) -> Tensor:
    return _scores(q, k).masked_fill(~allowed, value).softmax(1)


def _pulls(q: Tensor, k: Tensor, allowed: Tensor) -> Tensor:
    """e^s of the words, the largest score not taken away before: it may overflow"""
    return _scores(q, k).exp() * allowed


def _divided(pulls: Tensor, more: float | Tensor = 0.0) -> Tensor:
    """Each row by its sum, and by what is added to that"""
    return pulls / (pulls.sum(1, keepdim=True) + more)


def _read(weights: Tensor, v: Tensor) -> Tensor:
    return (weights[:, None] @ v)[:, 0]


def _draw_padded(rng: torch.Generator, B: int, N: int, K: int, V: int) -> Inputs:
    is_word = torch.arange(N) < torch.arange(B)[:, None]  # the first text has no word
    q, k = normal(rng, B, K), normal(rng, B, N, K)
    q[-1], k[-1] = 30_000 * q[-1].abs(), k[-1].abs()  # the last has scores whose e^s overflows,
    k[-1] = k[-1, (k[-1] @ q[-1]).argsort()]  # the largest on its padding
    return q, k, normal(rng, B, N, V), is_word


ENTRIES = (
    FunctionExercise(
        "08.padded_attention",
        padded_attention,
        worked=(
            torch.tensor([[1.0, 1, 0, 0], [2, 0, 0, 0]]),
            torch.tensor([[[2.0, 0, 0, 0], [0, 2, 1, 1]], [[1, 0, 0, 0], [0, 1, 0, 0]]]),
            torch.tensor([[[6.0, 2], [4, 0]], [[1, 3], [5, 5]]]),
            torch.tensor([[True, False], [False, False]]),
        ),
        draw=_draw_padded,
        sizes=(
            {"B": 1, "N": 1, "K": 2, "V": 1},
            {"B": 2, "N": 3, "K": 2, "V": 4},
            {"B": 4, "N": 3, "K": 3, "V": 2},
        ),
        given="""
scores = (k @ q[:, :, None])[..., 0] * q.shape[1] ** -0.5
weights = scores.masked_fill(~is_word, -torch.inf).softmax(dim=1)
return (weights[:, None] @ v)[:, 0]
""",
        mistakes={
            "A text without words still gives NaN: there softmax divides 0 by 0, and no product "
            "mends it, for NaN times 0 is NaN.": lambda q, k, v, w: _read(_weights(q, k, w), v),
            "A text without words gives the mean of its padding: all its weights are alike, as "
            "with a large negative number in place of -inf.": lambda q, k, v, w: _read(
                _weights(q, k, w, -1e9), v
            ),
            "The padding is read, too: the mask is gone.": lambda q, k, v, w: _read(
                _scores(q, k).softmax(1), v
            ),
            "The mask comes after the softmax: words share the weight with the padding.": (
                lambda q, k, v, w: _read(_scores(q, k).softmax(1) * w, v)
            ),
            "A hidden score is 0, and e^0 = 1: the padding gets weight.": lambda q, k, v, w: _read(
                _weights(q, k, w, 0.0), v
            ),
            "With a 1 in the denominator NaN is gone, but texts with words are read too weakly.": (
                lambda q, k, v, w: _read(_divided(_pulls(q, k, w), 1.0), v)
            ),
            "e^s overflows where a score is large; softmax takes the largest away first.": (
                lambda q, k, v, w: _read(_divided(_pulls(q, k, w)).nan_to_num(), v)
            ),
            "e^s overflows where a score is large, and inf / inf is NaN: softmax takes the largest "
            "away first.": lambda q, k, v, w: _read(
                _divided(_pulls(q, k, w), ~w.any(1, keepdim=True)), v
            ),
            "Only a batch without any word gives zeros; one text without words still gives NaN.": (
                lambda q, k, v, w: (
                    _read(_weights(q, k, w), v) if w.any() else v.new_zeros(v.shape[0], v.shape[2])
                )
            ),
            "The mask is the wrong way round: it is the padding that is read.": (
                lambda q, k, v, w: _read(_weights(q, k, ~w).nan_to_num(), v)
            ),
            "The mask is the wrong way round: padding is read, and a text without any gives NaN.": (
                lambda q, k, v, w: _read(_weights(q, k, ~w), v)
            ),
            "Where the padding scores far higher, words have the weight 0 before they are divided "
            "by their sum: mask first.": lambda q, k, v, w: _read(
                _divided(_scores(q, k).softmax(1) * w).nan_to_num(), v
            ),
            "The softmax runs over the texts; the weights of one text add up to 1.": (
                lambda q, k, v, w: _read(
                    _scores(q, k).masked_fill(~w, -torch.inf).softmax(0).nan_to_num(), v
                )
            ),
            "A text without words reads its first padding.": lambda q, k, v, w: _read(
                _weights(q, k, w | ((torch.arange(w.shape[1]) == 0) & ~w.any(1)[:, None])), v
            ),
            "Only a text without words is read, and nothing of the others.": lambda q, k, v, w: (
                _read(_weights(q, k, w, -1e9) * ~w.any(1)[:, None], v)
            ),
            "The softmax runs over the texts of the batch, and a place without a word in any of "
            "them gives NaN.": lambda q, k, v, w: _read(
                _scores(q, k).masked_fill(~w, -torch.inf).softmax(0), v
            ),
            "A hidden score is 0, and e^0 = 1: the padding gets weight. Written with exp, it also "
            "overflows.": lambda q, k, v, w: _read(
                _divided(_scores(q, k).masked_fill(~w, 0.0).exp()), v
            ),
            "A hidden score is 0, and e^0 = 1: the padding is not read, but takes its share of the "
            "weight.": lambda q, k, v, w: _read(_weights(q, k, w, 0.0) * w, v),
            "Only a text without any padding is read; wanted are all that have a word.": (
                lambda q, k, v, w: _read(
                    _weights(q, k, w).masked_fill(~w.all(1, keepdim=True), 0.0), v
                )
            ),
            "A pair with the value 0 was added, for texts without words; it takes weight in the "
            "others, too.": lambda q, k, v, w: _read(
                torch.cat([_scores(q, k).masked_fill(~w, -torch.inf), 0 * q[:, :1]], 1).softmax(1)[
                    :, :-1
                ],
                v,
            ),
            "Texts without words are left out; wanted are zeros for them.": lambda q, k, v, w: (
                _read(_weights(q, k, w), v)[w.any(1)]
            ),
            "0 times -inf is NaN: choose with the mask what becomes -inf, do not multiply.": (
                lambda q, k, v, w: _read((_scores(q, k) + ~w * -torch.inf).softmax(1), v)
            ),
            "All texts give zeros; wanted is that only where there is no word. One NaN may have "
            "spread, or come from 0 times -inf.": lambda q, k, v, w: _read(0 * _scores(q, k), v),
            "NaN became 1: a text without words reads all of its padding.": lambda q, k, v, w: (
                _read(_weights(q, k, w).nan_to_num(1.0), v)
            ),
        },
        hints=(
            "Which row of the weights is NaN, and what should it be, so that nothing is read?",
            "`is_word.any(dim=1, keepdim=True)`, [B, 1], says which texts have a word. In the "
            "others all weights should be 0.",
        ),
        slips=PADDED_ATTENTION,
        gradient_hint="Going back, 0 times NaN is NaN: mend the weights, not what they read.",
    ),
)
