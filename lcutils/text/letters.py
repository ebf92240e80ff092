"""Prose letter by letter: as numbers, cut into windows, and what came after which letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor
from torch.nn.functional import pad

from lcutils import _require
from lcutils.text.docstrings import Paragraph, check_paragraphs

SIGNS = "\n abcdefghijklmnopqrstuvwxyz0.,'()-"  # a letter's number is its place; 0 ends a line
_NUMBER = {sign: number for number, sign in enumerate(SIGNS)}
_NO_SIGN = re.compile(f"[^{re.escape(SIGNS)}]")
_MOST = 12  # letters in a context: the numbers of longer ones are more than 64 bits hold


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
    known = _NO_SIGN.sub("", re.sub("[0-9]", "0", written.lower()))
    return torch.tensor([_NUMBER[sign] for sign in known], dtype=torch.int64)


def spelled(letters: Tensor) -> str:
    """The text that numbers of `SIGNS` stand for; `_` for a number that is no sign's.

    Args:
        letters: [T] whole numbers
    """
    return "".join(SIGNS[n] if 0 <= n < len(SIGNS) else "_" for n in letters.tolist())


def windows(paragraphs: Sequence[Paragraph], length: int) -> Tensor:
    """Running prose cut into windows of equal length; none goes from one file into the next.

    Args:
        paragraphs: in reading order, at least one; a line end between two
        length: T, letters a window
    Returns: [N, T] numbers of `SIGNS`; what is left over at a file's end is dropped.
    Raises: TypeError, ValueError if no file is long enough for one window.
    """
    check_paragraphs(paragraphs)
    length = _require.count("length", length)
    found = []
    for _, group in groupby(paragraphs, key=lambda paragraph: paragraph.source_file):
        letters = as_letters("\n".join(paragraph.text for paragraph in group))
        found.append(letters[: len(letters) // length * length].view(-1, length))
    every = torch.cat(found)
    if not len(every):
        _require.refuse("length", "letters enough in one file for a window", str(length))
    return every


def before(letters: Tensor, n: int) -> Tensor:
    """The n letters before each place; before the first letter there are line ends.

    Args:
        letters: [T] numbers of `SIGNS`
        n: how many, from 0 to 12
    Returns: [T, n] numbers, the nearest last; a view that takes no memory.
    Raises: TypeError, ValueError for another `n`.
    """
    n = _require.count("n", n, 0, _MOST)
    return pad(letters, (n, 0)).unfold(0, n, 1)[: len(letters)] if n else letters[:, None][:, :0]


class LetterCounts:
    """How often each letter came after each context of n letters.

    Args:
        letters: [T] numbers of `SIGNS`
        n: letters in a context, from 0 to 12

    `counts` [C, 35] has a row for each of the C contexts that came.
    """

    def __init__(self, letters: Tensor, n: int) -> None:
        contexts, which = _codes(before(letters, n)).unique(return_inverse=True)
        cells = which * len(SIGNS) + letters
        counts = cells.bincount(minlength=len(contexts) * len(SIGNS))
        self.n, self._contexts = n, contexts  # sorted
        self.counts = counts.view(-1, len(SIGNS)).float()

    def after(self, contexts: Tensor) -> Tensor:
        """How often each letter came after these contexts.

        Args:
            contexts: [B, n] numbers of `SIGNS`; of longer ones the last n count
        Returns: [B, 35] counts; zeros for a context that never came.
        Raises: ValueError for contexts that are too short.
        """
        length = contexts.shape[-1]
        if contexts.dim() != 2 or length < self.n:
            got = str(list(contexts.shape))
            _require.refuse("contexts", f"[B, n] with n at least {self.n}", got)
        codes = _codes(contexts[:, length - self.n :])
        place = torch.searchsorted(self._contexts, codes).clamp(max=len(self._contexts) - 1)
        counts: Tensor = self.counts[place] * (self._contexts[place] == codes)[:, None]
        return counts


def _codes(contexts: Tensor) -> Tensor:
    """One number for each context: [B, n] -> [B]"""
    code = torch.zeros(len(contexts), dtype=torch.int64)
    for letter in contexts.unbind(1):
        code = code * len(SIGNS) + letter
    return code
