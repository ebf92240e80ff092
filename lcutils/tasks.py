"""Made data with known answers: what was stored, and in which order, is known exactly."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from lcutils import _require


def unit_keys(*sizes: int, rng: torch.Generator) -> Tensor:
    """Independent random vectors of length 1 that point anywhere: no direction is preferred.

    Args:
        sizes: at least one; the last is D, the numbers in each key; those before say how many
        rng: source of the draw

    Returns: [..., D] float32: `unit_keys(B, N, D, rng=rng)` is [B, N, D].
    Raises: TypeError, ValueError naming the argument.
    Source: a vector of independent normal numbers, divided by its length (Muller, 1959).

    >>> unit_keys(2, 5, 3, rng=torch.Generator()).norm(dim=-1).allclose(torch.ones(2, 5))
    True
    """
    if not sizes:
        _require.refuse("sizes", "how many keys, and the numbers in each", "none")
    for size in sizes:
        _require.count("sizes", size)
    _require.generator("rng", rng)
    return torch.nn.functional.normalize(torch.randn(*sizes, generator=rng), dim=-1)


def recognised(read: Tensor, values: Tensor, others: Tensor) -> Tensor:
    """Which read-outs agree better with the value stored than with each of the others.

    Args:
        read: [N, V] what a memory gave back, no batch
        values: [N, V] what was stored
        others: [M, V] values that were not
    Returns: [N], True where `read . value` is larger than every `read . other`.
    Raises: TypeError, ValueError naming the argument.
    Source: lesson 10, section 4.

    >>> stored = torch.eye(2)
    >>> recognised(torch.tensor([[0.9, 0.3], [0.8, 0.2]]), stored, -stored)
    tensor([True, True])
    >>> recognised(torch.tensor([[0.9, 0.3], [0.8, 0.2]]), stored, stored)
    tensor([False, False])
    """
    sizes: dict[str, int] = {}
    _require.tensor("read", read, "N V", sizes)
    _require.tensor("values", values, "N V", sizes)
    _require.tensor("others", others, "M V", sizes)
    return (read * values).sum(dim=1) > (read @ others.T).amax(dim=1)


class Recall(NamedTuple):
    """A batch of texts that write values under keys and then ask for them.

    Args:
        tokens: [B, T] whole numbers: a key is its number, a value is its number plus `n_keys`
        answers: [B, N] the number of the value last written under each of the N keys asked for
        first: [B, N] the number of the value written first under it, the same if it was never
            written again
    """

    tokens: Tensor
    answers: Tensor
    first: Tensor


def mqar(
    batch_size: int,
    *,
    n_pairs: int,
    n_rewritten: int = 0,
    n_keys: int = 64,
    n_values: int = 64,
    rng: torch.Generator,
) -> Recall:
    """Multi-query associative recall: pairs are written, then each key is asked for once.

    A text is `k v k v ... k v | k k ... k`: the writes in random order, then the keys in another.
    The answer to a key is the value written last under it. Keys of a text differ, and so do the
    two values of a key that is written twice.

    Args:
        batch_size: B, how many texts
        n_pairs: N, how many different keys a text has
        n_rewritten: how many of them are written twice; T = 2 (N + n_rewritten) + N
        n_keys: how many keys there are to draw from
        n_values: how many values there are to draw from, independently for each write
        rng: source of the draw
    Returns: a `Recall`.
    Raises: TypeError, ValueError naming the argument.
    Source: Arora et al. (2024), Zoology, for keys written once and without its gaps between the
        queries; keys written twice are ours.

    Key 2 gets value 3, then value 1; key 3 gets value 3. Then 3 is asked for, and 2:

    >>> seeded = torch.Generator().manual_seed(0)
    >>> text = mqar(1, n_pairs=2, n_rewritten=1, n_keys=4, n_values=4, rng=seeded)
    >>> text.tokens.tolist(), text.answers.tolist()
    ([[2, 7, 2, 5, 3, 7, 3, 2]], [[3, 1]])
    """
    _require.count("batch_size", batch_size)
    _require.count("n_keys", n_keys)
    _require.count("n_pairs", n_pairs, 1, n_keys, "Keys of a text differ.")
    _require.count("n_rewritten", n_rewritten, 0, n_pairs, "A key is written at most twice.")
    _require.count("n_values", n_values, 2, hint="A key's second value differs from its first.")
    _require.generator("rng", rng)

    def shuffled(n: int) -> Tensor:
        return torch.rand(batch_size, n, generator=rng).argsort(dim=1)

    def drawn(n: int, below: int) -> Tensor:
        return torch.randint(below, (batch_size, n), generator=rng)

    keys = shuffled(n_keys)[:, :n_pairs]
    first = drawn(n_pairs, n_values)
    second = (first + 1 + drawn(n_pairs, n_values - 1)) % n_values  # any value but the first
    newest = torch.where(torch.arange(n_pairs) < n_rewritten, second, first)

    pairs = torch.cat([torch.arange(n_pairs), torch.arange(n_rewritten)])  # whose turn it is
    written = pairs[shuffled(n_pairs + n_rewritten)]  # [B, writes]
    is_again = (written[:, :, None] == written[:, None, :]).tril(-1).any(dim=2)
    values = torch.where(is_again, second.gather(1, written), first.gather(1, written))
    writes = torch.stack([keys.gather(1, written), n_keys + values], dim=2).flatten(1)

    asked = shuffled(n_pairs)
    tokens = torch.cat([writes, keys.gather(1, asked)], dim=1)
    return Recall(tokens, newest.gather(1, asked), first.gather(1, asked))
