"""Prose letter by letter, as numbers; and how often each letter came after which others."""

from __future__ import annotations

import re

import torch
from torch import Tensor
from torch.nn.functional import pad

from lcutils import _require

SIGNS = "\n abcdefghijklmnopqrstuvwxyz0.,'()-"  # 0 is the end of a line
_MOST = 12  # of 35 signs: more make a number that 64 bits do not hold


def as_letters(written: str) -> Tensor:
    """A text in lower case as numbers of `SIGNS`: every digit a 0, what is no sign left out.

    Args:
        written: any text
    Returns: [T] whole numbers from 0 to 34.
    Raises: TypeError if it is no text.
    """
    if not isinstance(written, str):
        hint = 'Such as "\\n".join(paragraph.text for paragraph in prose).'
        _require.refuse("written", "a text", _require.kind_of(written), hint, TypeError)
    known = re.sub(f"[^{re.escape(SIGNS)}]", "", re.sub("[0-9]", "0", written.lower()))
    number = {sign: i for i, sign in enumerate(SIGNS)}
    return torch.tensor([number[sign] for sign in known], dtype=torch.int64)


def spelled(letters: Tensor) -> str:
    """The text that numbers of `SIGNS` stand for.

    Args:
        letters: [T] whole numbers from 0 to 34
    """
    return "".join(SIGNS[i] for i in letters.tolist())


def windows(letters: Tensor, n: int) -> Tensor:
    """The n letters before each place; before the first letter there are line ends.

    Args:
        letters: [T] whole numbers
        n: how many letters before
    Returns: [T, n] whole numbers, the nearest last; a view that takes no memory.
    Raises: TypeError, ValueError for an `n` that is no whole number from 0 to 12.
    """
    n = _require.count("n", n, 0, _MOST)
    return pad(letters, (n, 0)).unfold(0, n, 1)[: len(letters)] if n else letters[:, None][:, :0]


class LetterCounts:
    """How often each letter came after each context of n letters.

    Args:
        letters: [T] whole numbers from 0 to 34
        n: letters in a context

    `counts` [C, 35] has a row for each of the C contexts that came.
    """

    def __init__(self, letters: Tensor, n: int) -> None:
        contexts, which = _codes(windows(letters, n)).unique(return_inverse=True)
        cells = which * len(SIGNS) + letters
        counts = cells.bincount(minlength=len(contexts) * len(SIGNS))
        self.n, self._contexts = n, contexts  # sorted
        self.counts = counts.view(-1, len(SIGNS)).float()

    def after(self, contexts: Tensor) -> Tensor:
        """How often each letter came after these contexts.

        Args:
            contexts: [B, n] whole numbers, at least n of them in a row; the last n count
        Returns: [B, 35] counts; zeros for a context that never came.
        """
        codes = _codes(contexts[:, contexts.shape[1] - self.n :])
        place = torch.searchsorted(self._contexts, codes).clamp(max=len(self._contexts) - 1)
        counts: Tensor = self.counts[place] * (self._contexts[place] == codes)[:, None]
        return counts


def _codes(contexts: Tensor) -> Tensor:
    """[B, n] -> one number for each context: [B]"""
    code = torch.zeros(len(contexts), dtype=torch.int64)
    for letter in contexts.unbind(1):
        code = code * len(SIGNS) + letter
    return code
