"""Lesson 08, if there is more time: attention with several heads."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from lcutils.checking.data import FunctionExercise, Inputs, normal, row
from lcutils.exercises.lesson08.core import causal_attention
from lcutils.exercises.lesson08.slips import MULTI_HEAD


def multi_head(q: Tensor, k: Tensor, v: Tensor, n_heads: int) -> Tensor:
    """q, k: [B, T, H K], v: [B, T, H V] -> o: [B, T, H V], causal attention in each head"""
    return _joined(_attend(*_split(n_heads, q, k, v)))


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


def _head_weights(q: Tensor, k: Tensor, *, diagonal: int = 1, of: int = 3) -> Tensor:
    hidden = torch.ones(q.shape[2], q.shape[2], dtype=torch.bool).triu(diagonal)
    scale: float = q.shape[3] ** -0.5
    return (q @ k.mT * scale).masked_fill(hidden, -torch.inf).softmax(of)


def _heads(q: Tensor, k: Tensor, v: Tensor, n_heads: int) -> Tensor:
    """What each head reads: [B, H, T, V]"""
    return _attend(*_split(n_heads, q, k, v))


def _reads_all(q: Tensor, k: Tensor, v: Tensor, n_heads: int) -> list[Tensor]:
    """What each head would read of all values"""
    pairs = zip(q.chunk(n_heads, 2), k.chunk(n_heads, 2), strict=True)
    return [causal_attention(q_part, k_part, v) for q_part, k_part in pairs]


def _by_size(q: Tensor, k: Tensor, v: Tensor, size: int) -> Tensor:
    """Parts of n_heads numbers each, as many as all three have"""
    parts = zip(*(x.split(size, 2) for x in (q, k, v)), strict=False)
    return torch.cat([causal_attention(*part) for part in parts], 2)


def _draw_heads(rng: torch.Generator, B: int, T: int, H: int, K: int, V: int) -> Inputs:
    q, k, v = (normal(rng, B, T, H * size) for size in (K, K, V))
    return q, k, v, H


ENTRIES = (
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
            "There is one head only, and what it reads is divided by n_heads.": lambda q, k, v, h: (
                causal_attention(q, k, v) / h
            ),
            "There is one head only, added up n_heads times.": lambda q, k, v, h: (
                causal_attention(q, k, v) * h
            ),
            "The same head stands there n_heads times; each has its own part of the numbers.": (
                lambda q, k, v, h: causal_attention(q, k, v).repeat(1, 1, h)
            ),
            "The heads are right, but divided by their number: side by side each keeps what it "
            "has read.": lambda q, k, v, h: _joined(_heads(q, k, v, h)) / h,
            "The scale is that of the whole width; a head's scores have K numbers each.": (
                lambda q, k, v, h: _joined(_attend(*_split(h, q, k, v), scale=q.shape[2] ** -0.5))
            ),
            "A head takes every n_heads-th number; take numbers that stand side by side.": (
                lambda q, k, v, h: _attend(*_interleaved(h, q, k, v)).movedim(1, 3).flatten(2)
            ),
            "No mask is at work: each token reads later ones.": lambda q, k, v, h: _joined(
                _attend(*_split(h, q, k, v), is_causal=False)
            ),
            "Every head reads with the mean of all heads' weights; each has its own.": (
                lambda q, k, v, h: _joined(
                    _head_weights(*_split(h, q, k)).mean(1, keepdim=True) @ next(_split(h, v))
                )
            ),
            "Every head reads with the weights of the first; each has its own.": (
                lambda q, k, v, h: _joined(
                    _head_weights(*_split(h, q, k))[:, :1] @ next(_split(h, v))
                )
            ),
            "The heads are right; the last two axes have still to become one.": (
                lambda q, k, v, h: _heads(q, k, v, h).transpose(1, 2)
            ),
            "These are the heads, [B, H, T, V]; H must go back behind T, and then become one axis "
            "with V.": _heads,
            "The last two axes became one while H still stood before T.": lambda q, k, v, h: _heads(
                q, k, v, h
            ).flatten(2),
            "One axis too many became one with the last: T must stay.": lambda q, k, v, h: _joined(
                _heads(q, k, v, h)
            ).flatten(1),
            "The heads stand one after the other in time; put them side by side.": (
                lambda q, k, v, h: torch.cat(list(_heads(q, k, v, h).unbind(1)), 1)
            ),
            "The heads stand one after the other in the batch; put them side by side.": (
                lambda q, k, v, h: torch.cat(list(_heads(q, k, v, h).unbind(1)))
            ),
            "The heads are added up; they should stand side by side.": lambda q, k, v, h: _heads(
                q, k, v, h
            ).sum(1),
            "The heads are averaged; they should stand side by side.": lambda q, k, v, h: _heads(
                q, k, v, h
            ).mean(1),
            "The heads are averaged, and the mean is repeated; each keeps what it has read.": (
                lambda q, k, v, h: _heads(q, k, v, h).mean(1).repeat(1, 1, h)
            ),
            "This is the last head alone.": lambda q, k, v, h: _heads(q, k, v, h)[:, -1],
            "The heads stand side by side in the wrong order: the first comes first.": (
                lambda q, k, v, h: _joined(_heads(q, k, v, h).flip(1))
            ),
            "This is the first head alone.": lambda q, k, v, h: _heads(q, k, v, h)[:, 0],
            "Each head reads all of v, and the heads are added up; each has a part of v, and they "
            "stand side by side.": lambda q, k, v, h: torch.stack(_reads_all(q, k, v, h)).sum(0),
            "Each head reads all of v; it has its own part of the values as well.": (
                lambda q, k, v, h: torch.cat(_reads_all(q, k, v, h), 2)
            ),
            "split takes the size of a part, chunk their number; n_heads is a number of parts.": (
                _by_size
            ),
            "A head's part of v has V numbers, not K.": lambda q, k, v, h: torch.cat(
                [
                    causal_attention(*parts)
                    for parts in zip(
                        q.chunk(h, 2),
                        k.chunk(h, 2),
                        (v[..., i * q.shape[2] // h : (i + 1) * q.shape[2] // h] for i in range(h)),
                        strict=True,
                    )
                ],
                2,
            ),
            "The text is cut into parts; what the heads share out is the numbers of each token.": (
                lambda q, k, v, h: torch.cat(
                    [
                        causal_attention(*parts)
                        for parts in zip(*(x.chunk(h, 1) for x in (q, k, v)), strict=True)
                    ],
                    1,
                )
            ),
            "causal_attention takes [B, T, K]; given four axes it takes others for T and K.": (
                lambda q, k, v, h: _joined(causal_attention(*_split(h, q, k, v)))
            ),
            "The softmax runs over the heads; the weights of one query add up to 1 in each.": (
                lambda q, k, v, h: _joined(
                    _head_weights(*_split(h, q, k), of=1) @ next(_split(h, v))
                )
            ),
            "The softmax runs over the queries; the weights of one query add up to 1.": (
                lambda q, k, v, h: _joined(
                    _head_weights(*_split(h, q, k), of=2) @ next(_split(h, v))
                )
            ),
            "The mask hides a token from itself; the first has nothing to read: NaN.": (
                lambda q, k, v, h: _joined(
                    _head_weights(*_split(h, q, k), diagonal=0) @ next(_split(h, v))
                )
            ),
            "The mask comes after the softmax: later tokens still take their share.": (
                lambda q, k, v, h: _joined(
                    _head_weights(*_split(h, q, k), diagonal=q.shape[1]).tril() @ next(_split(h, v))
                )
            ),
            "Queries and keys have changed places.": lambda q, k, v, h: _joined(_heads(k, q, v, h)),
            "The scale is there twice: causal_attention divides already.": (
                lambda q, k, v, h: _joined(_attend(*_split(h, q, k, v), scale=h / q.shape[2]))
            ),
            "The scores of all heads are added up before the softmax: that is one head again.": (
                lambda q, k, v, h: scaled_dot_product_attention(
                    q, k, v, is_causal=True, scale=(h / q.shape[2]) ** 0.5
                )
            ),
            "There is neither a mask nor a scale.": lambda q, k, v, h: _joined(
                _attend(*_split(h, q, k, v), is_causal=False, scale=1.0)
            ),
        },
        hints=(
            "`x.unflatten(2, (n_heads, -1))` is [B, T, H, K]. Which axes must stand last for "
            "the product of queries and keys?",
            "After `.transpose(1, 2)` all is as before with one axis more: "
            "`torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)`. Then go "
            "back.",
        ),
        slips=MULTI_HEAD,
        meaning="One token now asks several questions at once.",
    ),
)
