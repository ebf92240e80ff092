"""Lesson 13: texts that ask."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Slip
from lcutils.checking.syntax import written


def recall_text(keys: Tensor, values: Tensor, asked: Tensor, n_keys: int) -> Tensor:
    """keys, values, asked: [B, N] -> tokens: [B, 3 N]"""
    pairs = torch.stack([keys, n_keys + values], dim=2).flatten(1)
    return torch.cat([pairs, keys.gather(1, asked)], dim=1)


def _text(
    pairs: Callable[[Tensor, Tensor, int], Tensor], queries: Callable[..., Tensor]
) -> Callable[..., Tensor]:
    """A text whose pairs and queries are laid out in ways of their own."""

    def laid_out(keys: Tensor, values: Tensor, asked: Tensor, n_keys: int) -> Tensor:
        written = pairs(keys, values, n_keys)
        return torch.cat([written, queries(keys, values, asked, n_keys)], dim=1)

    return laid_out


def _pairs(keys: Tensor, values: Tensor, n_keys: int) -> Tensor:
    return torch.stack([keys, n_keys + values], dim=2).flatten(1)


def _queries(keys: Tensor, values: Tensor, asked: Tensor, n_keys: int) -> Tensor:
    return keys.gather(1, asked)


def _draw_texts(rng: torch.Generator, B: int, N: int) -> tuple[Tensor, Tensor, Tensor, int]:
    n_keys = N + 3
    keys = torch.rand(B, n_keys, generator=rng).argsort(dim=1)[:, :N]
    values = torch.randint(9, (B, N), generator=rng)
    return keys, values, torch.rand(B, N, generator=rng).argsort(dim=1), n_keys


ENTRIES = (
    FunctionExercise(
        "13.recall_text",
        recall_text,
        worked=(
            torch.tensor([[2, 0], [1, 3]]),
            torch.tensor([[1, 3], [0, 2]]),
            torch.tensor([[1, 0], [0, 1]]),
            4,
        ),
        draw=_draw_texts,
        # as many texts as pairs: where texts and places are mixed up, nothing is out of bounds
        sizes=({"B": 1, "N": 1}, {"B": 3, "N": 2}, {"B": 6, "N": 5}),
        mistakes={
            "All keys stand before all values; a value stands right after its key.": _text(
                lambda k, v, n: torch.cat([k, n + v], 1), _queries
            ),
            "Each value stands before its key; the key comes first.": _text(
                lambda k, v, n: torch.stack([n + v, k], 2).flatten(1), _queries
            ),
            "Keys and values share their numbers: add n_keys to the values.": _text(
                lambda k, v, n: torch.stack([k, v], 2).flatten(1), _queries
            ),
            "The values start at n_keys, which is given: a text need not use all keys.": _text(
                lambda k, v, n: torch.stack([k, k.shape[1] + v], 2).flatten(1), _queries
            ),
            "`asked` counts pairs, not tokens: take the queries from `keys`.": _text(
                _pairs, lambda k, v, a, n: _pairs(k, v, n).gather(1, a)
            ),
            "n_keys was added to the keys; it is the values that must be told apart.": _text(
                lambda k, v, n: torch.stack([n + k, v], 2).flatten(1), _queries
            ),
            "The text asks for places; wanted are the keys that stand there.": _text(
                _pairs, lambda k, v, a, n: a
            ),
            "The text ends with the answers: it gives away what it asks.": _text(
                _pairs, lambda k, v, a, n: n + v.gather(1, a)
            ),
            "The queries come in the order of the writes; `asked` is not used.": _text(
                _pairs, lambda k, v, a, n: k
            ),
            "All keys stand before all values, and the text asks for places, not for keys.": _text(
                lambda k, v, n: torch.cat([k, n + v], 1), lambda k, v, a, n: a
            ),
            "All texts are asked in the order of the first text.": _text(
                _pairs, lambda k, v, a, n: k[:, a[0]]
            ),
            "The queries stand before the pairs: the text asks what it has not said yet.": (
                lambda keys, values, asked, n: torch.cat(
                    [_queries(keys, values, asked, n), _pairs(keys, values, n)], 1
                )
            ),
            "The order is undone: the query at place i is the key at place asked[i].": _text(
                _pairs, lambda k, v, a, n: k.gather(1, a.argsort(1))
            ),
            "Each query is followed by its answer: the text gives it away.": _text(
                _pairs,
                lambda k, v, a, n: torch.stack([k.gather(1, a), n + v.gather(1, a)], 2).flatten(1),
            ),
            "The queries are missing: the text only writes.": lambda keys, values, asked, n: _pairs(
                keys, values, n
            ),
            "The pairs are missing: the text only asks.": _queries,
            "The queries are shifted by n_keys; a query is the same token as its key.": _text(
                _pairs, lambda k, v, a, n: n + k.gather(1, a)
            ),
            "The keys are shifted by n_keys, here and in the queries; it is the values that must "
            "be told apart.": _text(
                lambda k, v, n: torch.stack([n + k, v], 2).flatten(1),
                lambda k, v, a, n: n + k.gather(1, a),
            ),
            "Keys and values are both shifted, and share their numbers still: shift the values "
            "alone.": _text(lambda k, v, n: torch.stack([n + k, n + v], 2).flatten(1), _queries),
            "A value is its number plus n_keys, not times.": _text(
                lambda k, v, n: torch.stack([k, n * v], 2).flatten(1), _queries
            ),
            "A value is its number plus n_keys, not plus its key.": _text(
                lambda k, v, n: torch.stack([k, k + v], 2).flatten(1), _queries
            ),
            "One too many: the keys are 0 to n_keys - 1, so the first value is n_keys.": _text(
                lambda k, v, n: torch.stack([k, n + 1 + v], 2).flatten(1), _queries
            ),
            "One too few: n_keys - 1 is a key still.": _text(
                lambda k, v, n: torch.stack([k, n - 1 + v], 2).flatten(1), _queries
            ),
            "The values start at n_keys, which is given: the largest key here need not be the "
            "last.": _text(
                lambda k, v, n: torch.stack([k, k.max() + 1 + v], 2).flatten(1), _queries
            ),
            "This adds the number of texts; it is n_keys that is added.": _text(
                lambda k, v, n: torch.stack([k, len(k) + v], 2).flatten(1), _queries
            ),
            "The text asks for values, and without their shift; wanted are the keys.": _text(
                _pairs, lambda k, v, a, n: v.gather(1, a)
            ),
            "The text asks for places, shifted; wanted are the keys that stand there.": _text(
                _pairs, lambda k, v, a, n: n + a
            ),
            "The keys are taken across the texts: those of one text lie along axis 1.": _text(
                _pairs, lambda k, v, a, n: k.gather(0, a)
            ),
            "torch.take counts through all texts at once; each text has its own keys.": _text(
                _pairs, lambda k, v, a, n: k.take(a)
            ),
            "The queries are the keys from the last to the first; `asked` is not used.": _text(
                _pairs, lambda k, v, a, n: k.flip(1)
            ),
            "The queries are the keys by size; `asked` is not used.": _text(
                _pairs, lambda k, v, a, n: k.sort(1).values
            ),
            "The pairs are written in the order of `asked`; it is the order of the queries.": (
                lambda keys, values, asked, n: torch.cat(
                    [_pairs(keys.gather(1, asked), values.gather(1, asked), n), keys], 1
                )
            ),
            "Each pair is followed by a query; the queries come when all pairs are written.": (
                lambda keys, values, asked, n: torch.stack(
                    [keys, n + values, keys.gather(1, asked)], 2
                ).flatten(1)
            ),
        },
        slips=(
            Slip(
                "Row i of `asked` belongs to text i: so indexed, `keys` gives other texts as well.",
                written(r"keys\[(\w+, |:, )?asked(\[0\])?\]", unless="arange|vmap|zip"),
                "def recall_text(keys, values, asked, n_keys):\n"
                "    pairs = torch.stack([keys, n_keys + values], dim=2).flatten(1)\n"
                "    return torch.cat([pairs, keys[asked]], dim=1)\n",
            ),
            Slip(
                "`flatten()` lays all texts out in one row; each should have its own.",
                written(r"flatten\(\)", unless=r"vmap|\bfor\b"),
                "def recall_text(keys, values, asked, n_keys):\n"
                "    pairs = torch.stack([keys, n_keys + values], dim=2).flatten()\n"
                "    return torch.cat([pairs, keys.gather(1, asked)], dim=1)\n",
            ),
            Slip(
                "`torch.stack` makes a first axis if it is told no other: then all keys stand "
                "before all values.",
                written(
                    r"(?<![a-z])stack\((\[[^\]]*\]|\([^()]*\))\)", unless=r"vmap|\bfor\b|permute"
                ),
                "def recall_text(keys, values, asked, n_keys):\n"
                "    pairs = torch.stack([keys, n_keys + values]).flatten(1)\n"
                "    return torch.cat([pairs, keys.gather(1, asked)], dim=1)\n",
            ),
            Slip(
                "The pairs lie on an axis of their own still; the queries want them in one row.",
                written(r"(?<![a-z])stack\(", unless=r"flatten|reshape|view|vmap|\bfor\b|permute"),
                "def recall_text(keys, values, asked, n_keys):\n"
                "    pairs = torch.stack([keys, n_keys + values], dim=2)\n"
                "    return torch.cat([pairs, keys.gather(1, asked)], dim=1)\n",
            ),
        ),
        meaning="Each question can be answered from the text, and from nothing else.",
        hints=(
            "`torch.stack` puts key and value side by side on a new axis; "
            "`flatten(1)` lays them out in one row.",
            "`keys.gather(1, asked)` takes, from each row of `keys`, the places in that row of "
            "`asked`.",
        ),
        has_gradient=False,
    ),
)
