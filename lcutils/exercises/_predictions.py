"""`predict` and `reveal`: a guess first, and then what came of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from lcutils import _require, _typed
from lcutils._ledger import Entry, record
from lcutils.checking.data import Prediction
from lcutils.checking.guard import described, limited
from lcutils.checking.readings import to_number
from lcutils.checking.verdict import Verdict, show_value
from lcutils.exercises._catalogue import find_prediction

_PREDICT_FIRST = 'Predict first (or answer="skip").'
_SKIPPED = "Prediction skipped."
_MAX_PREDICTION = 300
_NUMBER = re.compile(r"[-+]?\d[\d,_]*(?:\.\d+)?(?:[eE][-+]?\d+)?|[-+]?\.\d+")
_predictions: dict[str, str] = {}  # id -> what was predicted in this process


def predict(id: str, *, answer: object) -> Entry:
    """Keep what a reader expects, before the result is shown.

    Args:
        id: the prediction's, such as `05.recall`.
        answer: words or numbers, as the question asks; None is no prediction yet, and "skip" is
            for those who do not want to guess.

    Returns: an entry that shows itself, the last value of its cell.
    Raises: ValueError or TypeError for an id that is no prediction.
    """
    asked = find_prediction(id)
    typed = answer.source if isinstance(answer, _typed.Unreadable) else answer
    read, what = limited(lambda: _read(asked, typed, _typed.source_of(id)), answer)
    said, problem = read or (None, f"This is {what}: nothing that can be kept as a prediction.")
    if said is None:
        _predictions.pop(id, None)
        return record(Verdict("waiting", problem or _PREDICT_FIRST).entry("predicted", id))
    _predictions[id] = said
    is_skipped = said == "skip"
    shown = _SKIPPED if is_skipped else f"You predicted: {said}"
    return record(Verdict("skipped" if is_skipped else "ours", shown).entry("predicted", id))


def _read(asked: Prediction, typed: object, source: str) -> tuple[str | None, str]:
    """The prediction in words, or None and what is wanted instead.

    Args:
        source: what stands in the cell, where that is known.
    """
    if typed is None or typed is ... or (isinstance(typed, str) and not typed.strip()):
        return None, ""
    if isinstance(typed, np.ndarray | torch.Tensor):
        typed = typed.tolist()
    if isinstance(typed, str) and typed.strip(" '\"").lower() == "skip":
        return "skip", ""
    if asked.numbers == 1 and (number := to_number(source)) is not None:
        return rounded(number, 4), ""  # 1,000 is a tuple in Python
    if asked.numbers:
        return _read_numbers(asked.numbers, typed)
    if asked.choices:
        return _read_choice(asked.choices, typed if isinstance(typed, str) else source or typed)
    parts = typed if isinstance(typed, list | tuple) else [typed]
    words = [_said(part) for part in parts]
    if not all(words):
        return None, f'This is {described(typed)}. Type words, in quotes (or answer="skip").'
    return ", ".join(words)[:_MAX_PREDICTION], ""


def _said(part: object) -> str:
    if isinstance(part, str):
        return part.strip()
    number = to_number(part)
    return "" if number is None else rounded(number, 4)


def _read_numbers(count: int, typed: object) -> tuple[str | None, str]:
    if isinstance(typed, str):  # "about 64" will do
        parts: list[object] = [float(re.sub("[,_]", "", x)) for x in _NUMBER.findall(typed)]
    else:
        parts = list(typed) if isinstance(typed, list | tuple) else [typed]
    found = [to_number(part) for part in parts]
    if len(found) != count or None in found:
        some = "a number, such as 10" if count == 1 else f"{count} numbers in a list"
        some += "" if count == 1 else f", such as {list(range(10, 10 + 10 * count, 10))}"
        return None, f'This is {described(typed)}. Type {some} (or answer="skip").'
    return ", ".join(rounded(number, 4) for number in found if number is not None), ""


def _read_choice(choices: Sequence[str], typed: object) -> tuple[str | None, str]:
    said = str(typed) if isinstance(typed, str | int | float) else ""
    bare = {choice: _bare(choice) for choice in choices}
    found = [choice for choice in choices if bare[choice] == _bare(said)]
    found = found or [x for x in choices if len(bare[x]) > 2 and bare[x] in _bare(said)]
    found = found or [x for x in choices if len(_bare(said)) > 2 and _bare(said) in bare[x]]
    if len(found) == 1:
        return found[0], ""
    listed = ", ".join(f'"{choice}"' for choice in choices)
    return None, f'Type one of {listed} (or "skip").'


def _bare(words: str) -> str:
    """Without case, spaces and articles: what two ways to type one choice share."""
    return re.sub(r"\bthe\b|[^\w-]", "", words.lower().replace("×", "x"))


def rounded(number: float, digits: int = 2) -> str:
    """A whole number in full, anything else to so many significant digits."""
    if float(number).is_integer() and abs(number) < 1e15:
        return f"{number:.0f}"
    return f"{number:.{digits}g}"


@dataclass(frozen=True)
class _Words:
    """Markdown that shows itself."""

    words: str

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.words, "text/markdown": self.words}


@dataclass(frozen=True)
class Revealed:
    """Results that show themselves if a prediction was made, and otherwise ask for one."""

    id: str
    things: tuple[Any, ...]
    was: str

    @property
    def _head(self) -> str:
        said = _predictions[self.id]
        if said == "skip":
            return _SKIPPED
        if not self.was:
            return f"You predicted: {said}"
        return (
            f"You said {said}, and so it is."
            if said == self.was
            else (f"You said {said}; it is {self.was}.")
        )

    def __repr__(self) -> str:
        if self.id not in _predictions:
            return _PREDICT_FIRST
        return "\n".join([self._head, *map(repr, self.things)])

    def _ipython_display_(self) -> None:
        if self.id not in _predictions:
            show_value(Verdict("waiting", _PREDICT_FIRST).entry("predicted", self.id))
            return
        show_value(Verdict("ours", self._head).entry("predicted", self.id))
        for thing in self.things:
            show_value(thing)


def reveal(id: str, *things: object, was: str | float | Sequence[float] = "") -> Revealed:
    """Show results, but only to who has made a prediction; `answer="skip"` counts as one.

    Args:
        id: the prediction's.
        things: Markdown, numbers, entries, figures: whatever shows itself.
        was: the result to hold the prediction against: one of its choices, or its numbers.

    Returns: an object that shows itself, the last value of its cell.
    Raises: ValueError or TypeError for something that is no prediction, if there is nothing to
        show, or if `was` has not the prediction's form.
    """
    asked = find_prediction(id)
    if not things:
        _require.refuse("things", "at least one result to show", "none")
    shown = tuple(_Words(_in_words(x)) if isinstance(x, str | int | float) else x for x in things)
    return Revealed(id, shown, _result(asked, was))


def _in_words(thing: str | float) -> str:
    return thing if isinstance(thing, str) else rounded(thing, 4)


def _result(asked: Prediction, was: object) -> str:
    if was == "" or was is None:
        return ""
    if isinstance(was, str):
        _require.one_of("was", was, asked.choices)
        return was
    found = [to_number(part) for part in (was if isinstance(was, list | tuple) else [was])]
    if len(found) != asked.numbers or None in found:
        _require.refuse("was", f"{asked.numbers} numbers", _require.kind_of(was))
    return ", ".join(rounded(number) for number in found if number is not None)
