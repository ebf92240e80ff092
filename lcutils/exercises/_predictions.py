"""`predict` and `reveal`: a guess first, and then what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from lcutils import _require
from lcutils._ledger import Entry, record, require_id
from lcutils.checking.comparing import numbers
from lcutils.checking.verdict import Verdict, show_value

_PREDICT_FIRST = 'Predict first (or answer="skip").'
_MAX_PREDICTION = 300
_predictions: dict[str, str] = {}  # id -> what was predicted in this process


def predict(id: str, question: str, *, answer: object) -> Entry:
    """Keep what a reader expects, before the result is shown.

    Args:
        id: names what is predicted, such as `05.recall`.
        question: one sentence.
        answer: words, a number, or a list of them; None is no prediction yet, and "skip" is
            for those who do not want to guess.

    Returns: an entry that shows itself, the last value of its cell.
    Raises: ValueError or TypeError naming the argument.
    """
    require_id(id)
    _require.text("question", question)
    said = _prediction(answer)
    if said is None:
        _predictions.pop(id, None)
        verdict = Verdict("waiting", _PREDICT_FIRST, above=(question,))
        return record(verdict.entry("predicted", id))
    _predictions[id] = said
    entry = Verdict("ours", _recalled(said), above=(question,)).entry("predicted", id)
    return record(replace(entry, passed=True))


def _prediction(answer: object) -> str | None:
    hint = 'Type words, a number, or a list of them; "skip" will do.'
    if answer is None or answer == "":
        return None
    if isinstance(answer, str):
        return _require.text("answer", answer, hint)[:_MAX_PREDICTION]
    if isinstance(answer, int | float):
        return numbers(answer)
    if isinstance(answer, list | tuple) and all(isinstance(v, str | int | float) for v in answer):
        said = ", ".join(v if isinstance(v, str) else numbers(v) for v in answer)
        return said[:_MAX_PREDICTION]
    _require.refuse("answer", "a prediction", _require.kind_of(answer), hint, TypeError)


def _recalled(prediction: str) -> str:
    is_skipped = prediction.strip().lower() == "skip"
    return "Prediction skipped." if is_skipped else f"You predicted: {prediction}"


@dataclass(frozen=True)
class Revealed:
    """Results that show themselves if a prediction was made, and otherwise ask for one."""

    id: str
    things: tuple[Any, ...]

    def __repr__(self) -> str:
        if self.id not in _predictions:
            return _PREDICT_FIRST
        return "\n".join([_recalled(_predictions[self.id]), *map(_said, self.things)])

    def _ipython_display_(self) -> None:
        if self.id not in _predictions:
            show_value(Verdict("waiting", _PREDICT_FIRST).entry("predicted", self.id))
            return
        recalled = _recalled(_predictions[self.id])
        show_value(Verdict("ours", recalled).entry("predicted", self.id))
        for thing in self.things:
            shown = isinstance(thing, str | int | float)
            show_value(_Words(_said(thing)) if shown else thing)


@dataclass(frozen=True)
class _Words:
    words: str

    def __repr__(self) -> str:
        return self.words


def _said(thing: object) -> str:
    if isinstance(thing, str):
        return thing
    return numbers(thing) if isinstance(thing, int | float) else repr(thing)


def reveal(id: str, *things: object) -> Revealed:
    """Show results, but only to who has made a prediction; `answer="skip"` counts as one.

    Args:
        id: the prediction's.
        things: words, numbers, entries, figures: whatever shows itself.

    Returns: an object that shows itself, the last value of its cell.
    Raises: ValueError or TypeError for something that is no id, or if there is nothing to show.
    """
    require_id(id)
    if not things:
        _require.refuse("things", "at least one result to show", "none")
    return Revealed(id, things)
