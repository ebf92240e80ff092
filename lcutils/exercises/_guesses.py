"""Reads a guess in the form that its question asks for: numbers, one of some choices, or words."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import torch

from lcutils._typed import Unreadable
from lcutils.checking.data import Prediction
from lcutils.checking.guard import described, limited
from lcutils.checking.readings import plain, to_number

_LONGEST = 300
# "about 64 words": a number among words, but no part of a formula or of another unit
_AMONG_WORDS = re.compile(r"(?:[a-z]{2,}\s+)*([-+]?[\d.,_]*\d%?)(?:\s+[a-z]{2,})*[.!?]?", re.I)
_BETWEEN = (r";", r",\s+|\s+and\s+|,(?=\D)|(?<=%),", r"\s+")  # two numbers in one string
_NOT = re.compile(r"\b(not|no|neither|nor|never|\w+n't)\b")


def guessed(asked: Prediction, answer: object, source: str = "") -> tuple[str | None, str]:
    """As `read` says, whatever the answer is and does."""
    typed = answer.source if isinstance(answer, Unreadable) else answer
    guess, what = limited(lambda: read(asked, typed, source), answer)
    return guess or (None, f"This is {what}: nothing that can be kept as a prediction.")


def read(asked: Prediction, typed: object, source: str) -> tuple[str | None, str]:
    """The guess in words, or None and what is wanted instead; both empty if there is none yet.

    Args:
        typed: what the reader gave.
        source: what stands in the cell, where that is known.
    """
    if typed is None or typed is ... or (isinstance(typed, str) and not typed.strip()):
        return None, ""
    if isinstance(typed, np.ndarray | torch.Tensor):
        typed = typed.tolist()
    if isinstance(typed, list | tuple) and len(typed) == 1 and isinstance(typed[0], list | str):
        (typed,) = typed  # a comma stands behind it
    if isinstance(typed, str):
        typed = plain(typed)
        if typed.lower() == "skip":
            return "skip", ""
    if asked.numbers == 1 and (number := to_number(source)) is not None:
        typed = number  # 1,000 is a tuple in Python
    if asked.numbers:
        return _numbers(asked, typed)
    if asked.choices:
        if isinstance(typed, list | tuple):
            typed = " ".join(map(_said, typed))
        return _choice(asked.choices, typed if isinstance(typed, str) else source or typed)
    parts = typed if isinstance(typed, list | tuple) else [typed]
    words = [_said(part) for part in parts]
    if not all(words):
        return None, f'This is {described(typed)}. Type words, in quotes (or answer="skip").'
    return ", ".join(words)[:_LONGEST], ""


def rounded(number: float, digits: int = 2) -> str:
    """A whole number in full, anything else to so many significant digits."""
    if float(number).is_integer() and abs(number) < 1e15:
        return f"{number:.0f}"
    return f"{number:.{digits}g}"


def _said(part: object) -> str:
    if isinstance(part, str):
        return part.strip()
    number = to_number(part)
    return "" if number is None else rounded(number, 4)


def _numbers(asked: Prediction, typed: object) -> tuple[str | None, str]:
    count = asked.numbers
    if isinstance(typed, str):
        found = _in_text(count, typed)
    else:
        parts = typed if isinstance(typed, list | tuple) else [typed]
        found = [_one(part) if isinstance(part, str) else to_number(part) for part in parts]
    numbers = [number for number in found if number is not None]
    if len(numbers) == count == len(found):
        ranges = asked.ranges * count if len(asked.ranges) == 1 else asked.ranges
        for number, range_ in zip(numbers, ranges, strict=False):  # there may be none
            if not range_.low <= number <= range_.high or (range_.is_whole and number % 1):
                return None, f'{range_.sentence} (or answer="skip").'
        return ", ".join(rounded(number, 4) for number in numbers), ""
    if None in found or count == 1:
        what = described(typed)
    else:
        what = "one number" if len(found) == 1 else f"{len(found)} numbers"
    wanted = f"{count} numbers in a list, such as {asked.example}"
    wanted = f"a number, such as {asked.example[0]}" if count == 1 else wanted
    return None, f'This is {what}. Type {wanted} (or answer="skip").'


def _in_text(count: int, text: str) -> list[float | None]:
    if count == 1:
        return [_one(text)]
    # with a decimal point no comma is one; before three digits it may be that of 1,000
    has_points = "." in text and not re.search(r",\d{3}(?!\d)", text)
    for between in (*_BETWEEN, *[","] * has_points):
        found = [_one(part) for part in re.split(between, text.strip("[]()"))]
        if len(found) == count and None not in found:
            return found
    return [None]


def _one(text: str) -> float | None:
    """The number in a text that may have words around it, if it is one."""
    among = _AMONG_WORDS.fullmatch(plain(text))
    return to_number(among[1] if among else text)


def _choice(choices: Sequence[str], typed: object) -> tuple[str | None, str]:
    said = plain(str(typed)).lower() if isinstance(typed, str | int | float) else ""
    bare = {choice: _bare(choice) for choice in choices}
    found = [choice for choice in choices if bare[choice] == _bare(said)]
    if not found and not _NOT.search(said):  # "not the same" is not "same"
        near = [x for x in choices if not _NOT.search(x)]  # nor is "either" "neither"
        found = [x for x in near if len(bare[x]) > 2 and bare[x] in _bare(said)]
        found = found or [x for x in near if len(_bare(said)) > 2 and _bare(said) in bare[x]]
    if len(found) == 1:
        return found[0], ""
    if len(found) == 2 and "both" in choices:
        return "both", ""
    listed = ", ".join(f'"{choice}"' for choice in choices)
    return None, f'Type one of {listed} (or "skip").'


def _bare(words: str) -> str:
    """Without case, spaces and articles: what two ways to type one choice share."""
    spelled = words.lower().replace("×", "x").replace("√", "sqrt")
    # a sign that no keyboard has is no blank: the third root of K is not K
    return re.sub(r"\bthe\b|[^\w\x80-\U0010ffff-]", "", spelled)
