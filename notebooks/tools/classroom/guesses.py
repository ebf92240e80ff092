"""What a class guessed, counted: choices, numbers that lie together, words written alike."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lcutils.checking.data import Prediction
from reveals import Told

_MAX_BARS = 8


@dataclass(frozen=True)
class Guess:
    """What some guessed alike, and whether it is what came out."""

    said: str
    count: int
    is_result: bool = False


@dataclass(frozen=True)
class Guesses:
    """A prediction, and the guesses of a class.

    Args:
        rest: in words -> how many did not guess.
    """

    id: str
    question: str
    guesses: tuple[Guess, ...]
    rest: Mapping[str, int]
    told: Told


def guesses_of(
    asked: Prediction, said: Sequence[str], rest: Mapping[str, int], told: Told | None
) -> Guesses:
    """Count the guesses `said`: in the question's order, in that of numbers, or by how many."""
    told = told or Told()
    counts = Counter(said)
    if asked.choices:
        found = [Guess(x, counts[x], x == told.result) for x in asked.choices]
    elif asked.numbers == 1:
        found = _numbers(said, told.result)
    else:
        found = _words(said, told.result)
    return Guesses(asked.id, asked.text, tuple(found), rest, told)


def _numbers(said: Sequence[str], was: str) -> list[Guess]:
    """Numbers in order; if they are many, those between the widest gaps together."""
    counts = Counter(map(_number, said))
    values = sorted(counts)
    is_positive = all(value > 0 for value in values)
    place = math.log if is_positive else float  # a hundred is to ten as ten is to one
    gaps = sorted(pairwise(values), key=lambda pair: place(pair[0]) - place(pair[1]))
    cuts = {upper for _, upper in gaps[: _MAX_BARS - 1]}
    groups: list[list[float]] = []
    for value in values:
        if not groups or value in cuts:
            groups.append([])
        groups[-1].append(value)
    result = _number(was) if was else math.nan
    return [
        Guess(
            f"{group[0]:.12g}" + (f" to {group[-1]:.12g}" if len(group) > 1 else ""),
            sum(counts[value] for value in group),
            group[0] <= result <= group[-1],
        )
        for group in groups
    ]


def _number(text: str) -> float:
    return float(text)


def _words(said: Sequence[str], was: str) -> list[Guess]:
    """By how many wrote it, whatever its case and blanks; the first way to write it is shown."""
    written: dict[str, list[str]] = {}
    for text in said:
        written.setdefault(folded(text), []).append(text)
    groups = sorted(written.items(), key=lambda item: -len(item[1]))
    return [Guess(texts[0], len(texts), key == folded(was)) for key, texts in groups]


def folded(text: str) -> str:
    """Without case, blanks and stops at the end."""
    return " ".join(text.casefold().split()).rstrip(".!? ")
