"""Lesson 10: writing pairs into a matrix and reading them, token by token and all at once."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from lcutils.checking.data import FunctionExercise, Inputs, normal, row
from lcutils.exercises.lesson10.slips import ALL_AT_ONCE, FAST_WEIGHTS


def fast_weights(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """q, k: [B, T, K], v: [B, T, V] -> o: [B, T, V], token by token"""
    return _walk(q, k, v)


def all_at_once(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """q, k: [B, T, K], v: [B, T, V] -> o: [B, T, V], without a loop"""
    return (q @ k.mT).tril() @ v


def _walk(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    keeps: float = 1.0,
    reads: Callable[[Tensor, Tensor], Tensor] = lambda q, S: (q[:, None] @ S)[:, 0],
    writes: Callable[[Tensor, Tensor], Tensor] = lambda k, v: k[:, :, None] * v[:, None],
    old: Callable[[Tensor, Tensor], Tensor | float] = lambda k, S: 0.0,
    reads_first: bool = False,
) -> Tensor:
    """The loop, with what a reader may do differently in each of its lines."""
    state, outputs = q.new_zeros(q.shape[0], q.shape[2], v.shape[2]), []
    for t in range(q.shape[1]):
        before = state
        state = keeps * state + writes(k[:, t], v[:, t] - old(k[:, t], state))
        outputs.append(reads(q[:, t], before if reads_first else state))
    return torch.stack(outputs, dim=1)


def _states(k: Tensor, v: Tensor) -> Tensor:
    return (k[..., None] * v[:, :, None]).cumsum(1)  # [B, T, K, V]


def _read_each(q: Tensor, states: Tensor) -> Tensor:
    """q: [B, T, K], states: [B, T, K, V] -> [B, T, V], each token its own state"""
    return (q[:, :, None] @ states)[:, :, 0]


def _before(x: Tensor) -> Tensor:
    """The sum over the texts that stand before each in the batch, itself left out"""
    return x.cumsum(0) - x


def _last_state(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return q @ (k.mT @ v)


def _table(q: Tensor, k: Tensor, hidden: float = 0.0) -> Tensor:
    later = torch.ones(q.shape[1], q.shape[1], dtype=torch.bool).triu(1)
    return (q @ k.mT).masked_fill(later, hidden)  # [B, T, T]


def draw_text(rng: torch.Generator, B: int, T: int, K: int, V: int) -> Inputs:
    """q, k: [B, T, K], v: [B, T, V]"""
    return normal(rng, B, T, K), normal(rng, B, T, K), normal(rng, B, T, V)


SIZES = (
    {"B": 1, "T": 1, "K": 1, "V": 1},
    {"B": 3, "T": 1, "K": 2, "V": 4},
    {"B": 2, "T": 5, "K": 3, "V": 2},
)
WORKED = (
    row([[1, 0], [1, 1], [0, 2]]),
    row([[1, 0], [0, 1], [1, 1]]),
    row([[2, 3, 1], [4, 0, 1], [1, 1, 5]]),
)

ENTRIES = (
    FunctionExercise(
        "10.fast_weights",
        fast_weights,
        worked=WORKED,
        draw=draw_text,
        sizes=SIZES,
        mistakes={
            "It reads before it writes: token t does not find its own pair.": lambda q, k, v: _walk(
                q, k, v, reads_first=True
            ),
            "Each write replaces the state; it should be added to it.": lambda q, k, v: _walk(
                q, k, v, keeps=0.0
            ),
            "It is read with the key; the query asks.": lambda q, k, v: _walk(k, k, v),
            "Queries and keys have changed places.": lambda q, k, v: _walk(k, q, v),
            "The pair is taken away; it should be added.": lambda q, k, v: -_walk(q, k, v),
            "All tokens read the last state, as if they had read the whole text.": _last_state,
            "This is the read-out of the last token alone; wanted are all T.": (
                lambda q, k, v: _last_state(q, k, v)[:, -1]
            ),
            "These are the states; read each with its query.": lambda q, k, v: (
                k[..., :, None] * v[..., None, :]
            ).cumsum(1),
            "Divided by sqrt(K): this memory has no scale.": lambda q, k, v: (
                _walk(q, k, v) / q.shape[2] ** 0.5
            ),
            "Divided by the number of tokens: this is a sum, not a mean.": lambda q, k, v: (
                _walk(q, k, v) / torch.arange(1, q.shape[1] + 1, dtype=q.dtype)[:, None]
            ),
            "All texts write into one memory; each has its own.": lambda q, k, v: _walk(
                q, k, v, writes=lambda k, v: (k[:, :, None] * v[:, None]).sum(0, keepdim=True)
            ),
            "The state is not set back to zero: each text reads what the texts before it in the "
            "batch wrote.": lambda q, k, v: _walk(q, k, v) + q @ _before(k.mT @ v),
            "The sum runs over the texts of the batch; it should run over time.": (
                lambda q, k, v: _read_each(q, (k[..., None] * v[:, :, None]).cumsum(0))
            ),
            "The pair is written under the query; it belongs under its key.": lambda q, k, v: _walk(
                q, q, v
            ),
            "Token t reads with the query before its own.": lambda q, k, v: _walk(
                q.roll(1, dims=1), k, v
            ),
            "Each state is read with all T queries; wanted is what its own token reads.": (
                lambda q, k, v: q[:, None] @ _states(k, v)
            ),
            "`q[:, t] @ state` asks every text's state with every text's query: q[:, t] needs an "
            "axis, [B, 1, K].": lambda q, k, v: torch.stack(
                [a @ S for a, S in zip(q.unbind(1), _states(k, v).unbind(1), strict=True)], dim=1
            ),
            "There is an axis of length 1 too many: take it away after the product.": (
                lambda q, k, v: _walk(q, k, v)[:, :, None]
            ),
            "Time stands before the batch: stack puts the new axis first unless dim says where.": (
                lambda q, k, v: _walk(q, k, v).transpose(0, 1)
            ),
            "All read-outs of a text stand in one row: cat joins them, stack keeps them apart.": (
                lambda q, k, v: _walk(q, k, v).flatten(1)
            ),
            "This is the read-out of the first token alone: does the return stand in the loop?": (
                lambda q, k, v: _walk(q, k, v)[:, :1]
            ),
            "The read-outs are added up, too; it is the state that adds up.": (
                lambda q, k, v: _walk(q, k, v).cumsum(1)
            ),
            "The state begins with ones; before the first token nothing was written.": (
                lambda q, k, v: _walk(q, k, v) + q.sum(2, keepdim=True)
            ),
            "The old state fades by 0.9; here it stays as it is.": lambda q, k, v: _walk(
                q, k, v, keeps=0.9
            ),
            "It writes what the key does not bring back yet, as lesson 11 will; here the value "
            "itself is written.": lambda q, k, v: _walk(
                q, k, v, old=lambda k, S: (k[:, None] @ S)[:, 0]
            ),
        },
        hints=(
            "For each token: add the outer product of key and value to the state, then read.",
            "`k[:, t, :, None] * v[:, t, None, :]` is [B, K, V]. Give the query an axis of length "
            "1, too, and take it away after the product.",
        ),
        causal="v",
        slips=FAST_WEIGHTS,
        meaning="The state keeps its K V numbers, however long the text is.",
    ),
    FunctionExercise(
        "10.all_at_once",
        all_at_once,
        worked=WORKED,
        draw=draw_text,
        sizes=SIZES,
        mistakes={
            "There is no mask: each token reads what is written later.": lambda q, k, v: (
                q @ k.mT @ v
            ),
            "The mask is one too strict: token t does not find its own pair.": lambda q, k, v: (
                (q @ k.mT).tril(-1) @ v
            ),
            "The mask is one too wide: token t finds the pair after it.": lambda q, k, v: (
                (q @ k.mT).tril(1) @ v
            ),
            "The mask is the wrong way round: each token reads what is written later.": (
                lambda q, k, v: (q @ k.mT).triu() @ v
            ),
            "Queries and keys have changed places.": lambda q, k, v: (k @ q.mT).tril() @ v,
            "There is a softmax too much: this memory weighs by q.k itself.": lambda q, k, v: (
                (q @ k.mT)
                .masked_fill(torch.ones(q.shape[1], q.shape[1]).triu(1).bool(), -torch.inf)
                .softmax(2)
                @ v
            ),
            "Divided by sqrt(K): this memory has no scale.": lambda q, k, v: (
                (q @ k.mT).tril() @ v / q.shape[2] ** 0.5
            ),
            "The mask is on the values; it belongs on the table of q.k.": lambda q, k, v: (
                (q @ k.mT) @ v.tril()
            ),
            "These are the weights q.k; they still have to meet the values.": lambda q, k, v: (
                q @ k.mT
            ).tril(),
            "The mask is on the product with v; it belongs on the table of q.k.": lambda q, k, v: (
                q @ k.mT @ v
            ).tril(),
            "There is a softmax too much, and a masked 0 becomes e^0 = 1.": lambda q, k, v: (
                (q @ k.mT).tril().softmax(2) @ v
            ),
            "The mask is on the state; it belongs on the table of q.k.": lambda q, k, v: (
                q @ (k.mT @ v).tril()
            ),
            "The mask is on the keys; it belongs on the table of q.k.": lambda q, k, v: (
                (q @ k.tril().mT) @ v
            ),
            "-inf is for scores before a softmax; here q.k is the weight itself, and -inf times a "
            "value is not 0.": lambda q, k, v: _table(q, k, -torch.inf) @ v,
            "A large negative number is for scores before a softmax; here it is a weight, and a "
            "huge one.": lambda q, k, v: _table(q, k, -1e9) @ v,
            "Divided by the sum of the weights: this memory has no normaliser.": lambda q, k, v: (
                _table(q, k) / _table(q, k).sum(2, keepdim=True) @ v
            ),
            "M is multiplied as a matrix; the circle with a dot is a product entry by entry.": (
                lambda q, k, v: q @ k.mT @ v.cumsum(1)
            ),
            "Without a mask, and then added up over time: that counts each pair again and again.": (
                lambda q, k, v: (q @ k.mT @ v).cumsum(1)
            ),
            "The mask is inverted: it hides what token t may read, and leaves what is written "
            "later.": lambda q, k, v: (q @ k.mT).triu(1) @ v,
            "The masked table is turned round before it meets the values.": lambda q, k, v: (
                _table(q, k).mT @ v
            ),
            "Divided by T: this is a sum, not a mean.": lambda q, k, v: (
                _table(q, k) @ v / q.shape[1]
            ),
            "Divided by the number of tokens: this is a sum, not a mean.": lambda q, k, v: (
                _table(q, k) @ v / torch.arange(1, q.shape[1] + 1, dtype=q.dtype)[:, None]
            ),
            "Divided by K: this memory has no scale.": lambda q, k, v: (
                _table(q, k) @ v / q.shape[2]
            ),
            "There is an exponential too much: this memory weighs by q.k itself.": (
                lambda q, k, v: (q @ k.mT).exp().tril() @ v
            ),
            "This is the attention of lesson 08; this memory has neither softmax nor scale.": (
                lambda q, k, v: scaled_dot_product_attention(q, k, v, is_causal=True)
            ),
            "Keys meet keys in this table; a row is for a query.": lambda q, k, v: _table(k, k) @ v,
            "Queries meet queries in this table; a column is for a key.": lambda q, k, v: (
                _table(q, q) @ v
            ),
            "Each token reads its own pair alone; those before it are missing.": lambda q, k, v: (
                (q * k).sum(2, keepdim=True) * v
            ),
            "This is the read-out of the last token alone; wanted are all T.": (
                lambda q, k, v: _last_state(q, k, v)[:, -1]
            ),
        },
        hints=(
            "`q @ k.mT` is the table of all q_t . k_i: [B, T, T]. "
            "Which of its entries may token t use?",
            "`.tril()` keeps what is on and below the diagonal.",
        ),
        causal="v",
        slips=ALL_AT_ONCE,
        is_loop_free=True,
        meaning="The same numbers without a state: a weight for each two tokens took its place.",
    ),
)
