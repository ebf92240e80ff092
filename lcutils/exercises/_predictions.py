"""`predict` and `reveal`: a guess first, and then what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lcutils import _require, _typed
from lcutils._ledger import Entry, record
from lcutils.checking.data import Prediction
from lcutils.checking.readings import to_number
from lcutils.checking.verdict import Verdict, show_value
from lcutils.exercises._catalogue import find_prediction
from lcutils.exercises._guesses import guessed, rounded

_PREDICT_FIRST = 'Predict first (or answer="skip").'
_SKIPPED = "Prediction skipped."
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
    said, problem = guessed(asked, answer, _typed.source_of(id))
    kept = _predictions.get(id)
    if said is None and problem and kept:
        state, stays = ("skipped", "skipped") if kept == "skip" else ("ours", kept)
        told = Verdict(state, problem, f"Until then your prediction stays: {stays}.")
        return record(told.entry("predicted", id))
    if said is None:
        _predictions.pop(id, None)
        return record(Verdict("waiting", problem or _PREDICT_FIRST).entry("predicted", id))
    _predictions[id] = said
    is_skipped = said == "skip"
    shown = _SKIPPED if is_skipped else f"You predicted: {said}"
    return record(Verdict("skipped" if is_skipped else "ours", shown).entry("predicted", id))


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
    is_choice: bool

    @property
    def _head(self) -> str:
        said = _predictions[self.id]
        if not self.was:
            return ""  # what was said stands where it was typed
        if said == "skip":
            return _SKIPPED
        said, was = (f'"{x}"' if self.is_choice else x for x in (said, self.was))
        return f"You said {said}" + (", and so it is." if said == was else f"; it is {was}.")

    def __repr__(self) -> str:
        if self.id not in _predictions:
            return _PREDICT_FIRST
        return "\n".join([*filter(None, [self._head]), *map(repr, self.things)])

    def _ipython_display_(self) -> None:
        if self.id not in _predictions:
            show_value(Verdict("waiting", _PREDICT_FIRST).entry("predicted", self.id))
            return
        if self._head:
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
    return Revealed(id, shown, _result(asked, was), bool(asked.choices))


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
