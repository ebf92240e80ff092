"""Lesson 08: a row with nothing to read, and attention with several heads."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from lcutils.checking.data import FunctionExercise, Inputs, normal, row
from lcutils.exercises.lesson08.core import causal_attention


def padded_attention(q: Tensor, k: Tensor, v: Tensor, is_word: Tensor) -> Tensor:
    """q: [B, K], k: [B, N, K], v: [B, N, V], is_word: [B, N] -> o: [B, V], 0 without words"""
    return _read(_weights(q, k, is_word).nan_to_num(), v)


def multi_head(q: Tensor, k: Tensor, v: Tensor, n_heads: int) -> Tensor:
    """q, k: [B, T, H K], v: [B, T, H V] -> o: [B, T, H V], causal attention in each head"""
    return _joined(_attend(*_split(n_heads, q, k, v)))


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


def _attend(
    q: Tensor, k: Tensor, v: Tensor, *, scale: float | None = None, is_causal: bool = True
) -> Tensor:
    """q, k: [B, H, T, K], v: [B, H, T, V] -> [B, H, T, V]"""
    return scaled_dot_product_attention(q, k, v, is_causal=is_causal, scale=scale)


def _reshaped(n_heads: int, *tensors: Tensor) -> Iterator[Tensor]:
    return (x.reshape(x.shape[0], n_heads, x.shape[1], -1) for x in tensors)


def _split(n_heads: int, *tensors: Tensor) -> Iterator[Tensor]:
    return (x.unflatten(2, (n_heads, -1)).transpose(1, 2) for x in tensors)


def _joined(o: Tensor) -> Tensor:
    return o.transpose(1, 2).flatten(2)


def _interleaved(n_heads: int, *tensors: Tensor) -> Iterator[Tensor]:
    return (x.unflatten(2, (-1, n_heads)).movedim(3, 1) for x in tensors)


def _head_weights(q: Tensor, k: Tensor) -> Tensor:
    hidden = torch.ones(q.shape[2], q.shape[2], dtype=torch.bool).triu(1)
    scale: float = q.shape[3] ** -0.5
    return (q @ k.mT * scale).masked_fill(hidden, -torch.inf).softmax(3)


def _draw_heads(rng: torch.Generator, B: int, T: int, H: int, K: int, V: int) -> Inputs:
    q, k, v = (normal(rng, B, T, H * size) for size in (K, K, V))
    return q, k, v, H


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
        is_to_mend=True,
        mistakes={
            "A text without words still gives NaN: 0 is divided by 0.": lambda q, k, v, w: _read(
                _weights(q, k, w), v
            ),
            "A text without words gives the mean of its padding: with a large negative number in "
            "place of -inf all scores of the row are alike.": lambda q, k, v, w: _read(
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
        },
        hints=(
            "Which row of the weights is NaN, and what should it be, so that nothing is read?",
            "`is_word.any(dim=1)` says which texts have a word. In the others all weights should "
            "be 0.",
        ),
        gradient_hint="Going back, 0 times NaN is NaN: mend the weights, not what they read.",
    ),
    FunctionExercise(
        "08.multi_head",
        multi_head,
        worked=(
            row([[1, 0, 0, 2], [2, 1, 0, 1], [0, 2, 1, 1]]),
            row([[2, 0, 1, 0], [1, 2, 0, 1], [0, 1, 2, 0]]),
            row([[4, 0], [0, 8], [2, 2]]),
            2,
        ),
        draw=_draw_heads,
        sizes=(
            {"B": 1, "T": 1, "H": 1, "K": 1, "V": 1},
            {"B": 3, "T": 4, "H": 2, "K": 1, "V": 2},
            {"B": 2, "T": 5, "H": 3, "K": 2, "V": 4},
        ),
        causal="v",
        mistakes={
            "Reshaped to [B, H, T, ...] at once, a head gets a part of the text, not of "
            "each token: split the last axis, then swap two axes.": lambda q, k, v, h: _attend(
                *_reshaped(h, q, k, v)
            ).reshape(v.shape),
            "The heads are split rightly, but put together without swapping the axes back.": (
                lambda q, k, v, h: _attend(*_split(h, q, k, v)).reshape(v.shape)
            ),
            "Split by reshape to [B, H, T, ...], a head gets a part of the text; putting the heads "
            "together is right.": lambda q, k, v, h: _joined(_attend(*_reshaped(h, q, k, v))),
            "A head takes every n_heads-th number; it should take what stands side by side, as it "
            "does when the heads are put together.": lambda q, k, v, h: _joined(
                _attend(*_interleaved(h, q, k, v))
            ),
            "The heads are split rightly; put together, their numbers alternate: [..., V, H] in "
            "place of [..., H, V].": lambda q, k, v, h: (
                _attend(*_split(h, q, k, v)).movedim(1, 3).flatten(2)
            ),
            "The scale is missing: divide a head's scores by the root of K.": lambda q, k, v, h: (
                _joined(_attend(*_split(h, q, k, v), scale=1.0))
            ),
            "The axes of time and heads were not swapped: each token reads its own heads, and "
            "nothing of the text.": lambda q, k, v, h: _attend(
                *(x.unflatten(2, (h, -1)) for x in (q, k, v))
            ).flatten(2),
            "There is one head only: n_heads is not used.": lambda q, k, v, h: causal_attention(
                q, k, v
            ),
            "The scale is that of the whole width; a head's scores have K numbers each.": (
                lambda q, k, v, h: _joined(_attend(*_split(h, q, k, v), scale=q.shape[2] ** -0.5))
            ),
            "A head takes every n_heads-th number; take numbers that stand side by side.": (
                lambda q, k, v, h: _attend(*_interleaved(h, q, k, v)).movedim(1, 3).flatten(2)
            ),
            "There is no mask: each token reads later ones.": lambda q, k, v, h: _joined(
                _attend(*_split(h, q, k, v), is_causal=False)
            ),
            "Every head reads with the mean of all heads' weights; each has its own.": (
                lambda q, k, v, h: _joined(
                    _head_weights(*_split(h, q, k)).mean(1, keepdim=True) @ next(_split(h, v))
                )
            ),
        },
        hints=(
            "`x.unflatten(2, (n_heads, -1))` is [B, T, H, K]. Which axes must stand last for "
            "the product of queries and keys?",
            "After `.transpose(1, 2)` all is as before with one axis more: "
            "`scaled_dot_product_attention(q, k, v, is_causal=True)`. Then go back.",
        ),
    ),
)
