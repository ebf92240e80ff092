"""Made sequences whose answer lies far back: the classic tasks of memory over long lags.

What must be kept, and for how long, is known exactly; so is what a guess is worth.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from lcutils import _require


class Asked(NamedTuple):
    """A batch of sequences, and what is asked about each.

    Args:
        inputs: [B, T] whole numbers, tokens; from `adding` [B, T, 2] float32
        answers: [B] whole numbers; from `copying` [B, N], from `adding` [B] float32
    """

    inputs: Tensor
    answers: Tensor


def copying(
    batch_size: int, *, n_letters: int, lag: int, n_kinds: int = 8, rng: torch.Generator
) -> Asked:
    """Letters to be said again after a lag, in order: `a b c _ _ _ ! _ _`, then `a b c`.

    The letters come first, then `lag` tokens: blanks, the last of them a sign that asks. From
    there on blanks again, while the letters are wanted: the first at the sign itself, the others
    at the `n_letters - 1` blanks behind it, which are the last columns of `inputs`.

    Args:
        batch_size: B, how many sequences
        n_letters: N, how many letters each has
        lag: how many steps after the last letter the first is wanted
        n_kinds: letters are 0 to `n_kinds - 1`, the blank is `n_kinds`, the sign `n_kinds + 1`
        rng: source of the draw
    Returns: `Asked`: tokens [B, T] with T = 2 N + lag - 1, letters [B, N]; the read-outs at the
        last N steps are to be the answers. A guess is right once in `n_kinds`.
    Raises: TypeError, ValueError naming the argument.
    Source: Arjovsky, Shah and Bengio (2016), Unitary evolution recurrent neural networks, after
        Hochreiter and Schmidhuber (1997).

    >>> text = copying(1, n_letters=2, lag=3, n_kinds=4, rng=torch.Generator().manual_seed(0))
    >>> text.inputs.tolist(), text.answers.tolist()
    ([[0, 3, 4, 4, 5, 4]], [[0, 3]])
    """
    _require.count("batch_size", batch_size)
    _require.count("n_letters", n_letters)
    _require.count("lag", lag)
    _require.count("n_kinds", n_kinds, 2, hint="Of one letter nothing need be remembered.")
    _require.generator("rng", rng)
    letters = torch.randint(n_kinds, (batch_size, n_letters), generator=rng)
    blank, sign = n_kinds, n_kinds + 1
    after = torch.full((batch_size, lag + n_letters - 1), blank)
    after[:, lag - 1] = sign
    return Asked(torch.cat([letters, after], dim=1), letters)


def temporal_order(batch_size: int, T: int, *, n_others: int = 4, rng: torch.Generator) -> Asked:
    """Two signs among others, one in each half of a sequence: which came first, which then?

    Args:
        batch_size: B, how many sequences
        T: how many tokens each has
        n_others: the signs asked about are 0 and 1, the others 2 to `n_others + 1`
        rng: source of the draw
    Returns: `Asked`: tokens [B, T]; answers [B], 2 first + second: 0 to 3. A guess is right once
        in four, and so is who has read the second half only, half of the time.
    Raises: TypeError, ValueError naming the argument.
    Source: Hochreiter and Schmidhuber (1997), Long short-term memory, task 6a; there the places
        are drawn from two short stretches.

    >>> text = temporal_order(1, 6, rng=torch.Generator().manual_seed(0))
    >>> text.inputs.tolist(), text.answers.tolist()
    ([[2, 1, 3, 1, 5, 5]], [3])
    """
    _require.count("batch_size", batch_size)
    _require.count("T", T, 2, hint="Each half has one of the two signs.")
    _require.count("n_others", n_others)
    _require.generator("rng", rng)
    tokens = torch.randint(2, 2 + n_others, (batch_size, T), generator=rng)
    signs = torch.randint(2, (batch_size, 2), generator=rng)
    tokens.scatter_(1, _one_in_each_half(batch_size, T, rng), signs)
    return Asked(tokens, 2 * signs[:, 0] + signs[:, 1])


def adding(batch_size: int, T: int, *, rng: torch.Generator) -> Asked:
    """Numbers, two of them marked, one in each half of a sequence: what is their sum?

    Args:
        batch_size: B, how many sequences
        T: how many numbers each has
        rng: source of the draw
    Returns: `Asked`: inputs [B, T, 2] float32, a number from 0 to 1 and its mark, 0 or 1; answers
        [B] float32. Who always says 1 has a mean square error of 1/6.
    Raises: TypeError, ValueError naming the argument.
    Source: Hochreiter and Schmidhuber (1997), task 4, with the numbers from 0 to 1 of Arjovsky,
        Shah and Bengio (2016).

    >>> made = adding(1, 4, rng=torch.Generator().manual_seed(0))
    >>> numbers, marks = made.inputs.unbind(dim=2)
    >>> marks.tolist(), bool((numbers * marks).sum() == made.answers)
    ([[0.0, 1.0, 0.0, 1.0]], True)
    """
    _require.count("batch_size", batch_size)
    _require.count("T", T, 2, hint="Each half has one of the two numbers.")
    _require.generator("rng", rng)
    numbers = torch.rand(batch_size, T, generator=rng)
    places = _one_in_each_half(batch_size, T, rng)
    marks = torch.zeros(batch_size, T).scatter(1, places, 1.0)
    return Asked(torch.stack([numbers, marks], dim=2), numbers.gather(1, places).sum(dim=1))


def _one_in_each_half(batch_size: int, T: int, rng: torch.Generator) -> Tensor:
    """[B, 2] places, the first before T // 2, the second from there on."""
    first = torch.randint(T // 2, (batch_size, 1), generator=rng)
    second = torch.randint(T // 2, T, (batch_size, 1), generator=rng)
    return torch.cat([first, second], dim=1)
