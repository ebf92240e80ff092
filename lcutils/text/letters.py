"""Running prose as letters, each a number: what a small model reads and writes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor

from lcutils import _require
from lcutils.text.docstrings import Paragraph

LETTERS = " abcdefghijklmnopqrstuvwxyz.,-'()"  # a letter's number is its place here
_NUMBER = {letter: number for number, letter in enumerate(LETTERS)}


def letters(paragraphs: Sequence[Paragraph], length: int) -> Tensor:
    """Running prose in lower case, cut into windows; none goes from one file into the next.

    Args:
        paragraphs: in reading order, at least one
        length: T, letters a window
    Returns: [N, T] places in `LETTERS`; signs that are not there are left out, and so is what is
        left over at a file's end.
    Raises: TypeError, ValueError if no file is long enough for one window.
    """
    if not isinstance(paragraphs, list | tuple) or not paragraphs:
        hint = "Make it with text.paragraphs."
        _require.refuse("paragraphs", "a list of Paragraph", repr(paragraphs)[:40], hint)
    _require.count("length", length)
    windows: list[list[int]] = []
    for _, group in groupby(paragraphs, key=lambda paragraph: paragraph.source_file):
        prose = " ".join(paragraph.text for paragraph in group).lower()
        numbers = [_NUMBER[sign] for sign in prose if sign in _NUMBER]
        last = len(numbers) - length
        windows += [numbers[start : start + length] for start in range(0, last + 1, length)]
    if not windows:
        _require.refuse("length", "letters enough in one file for a window", str(length))
    return torch.tensor(windows)


def spelled(numbers: Tensor) -> str:
    """The letters that numbers stand for; `_` for a number that is no letter's.

    Args:
        numbers: [T] places in `LETTERS`
    """
    return "".join(LETTERS[n] if n < len(LETTERS) else "_" for n in numbers.tolist())
