"""The exercises, questions and predictions of all lessons, by their ids."""

from __future__ import annotations

import difflib
import functools
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from lcutils import _require
from lcutils._ledger import require_id
from lcutils.checking.data import Exercise, Prediction, Question
from lcutils.checking.settings import known_settings

Entry = Exercise | Question | Prediction
_VERBS = {Question: "a question: use lc.quiz", Prediction: "a prediction: use lc.predict"}


@functools.cache
def catalogue() -> dict[str, Entry]:
    """Every exercise, question and prediction of every lesson, by id."""
    found: dict[str, Entry] = {}
    with known_settings():  # worked examples are made at the import, and kept
        for folder in sorted(Path(__file__).parent.glob("lesson[0-9][0-9]")):
            lesson = import_module(f"lcutils.exercises.{folder.name}")
            found |= {entry.id: entry for entry in lesson.ENTRIES}
    return found


def find_exercise(id: object) -> Exercise:
    """The exercise of this id; ValueError or TypeError if there is none."""
    found = _find(id, "an exercise")
    if isinstance(found, Question | Prediction):
        _refuse("an exercise", id, found)
    return found


def find_question(id: object) -> Question:
    """The question of this id; ValueError or TypeError if there is none."""
    found = _find(id, "a question")
    return found if isinstance(found, Question) else _refuse("a question", id, found)


def find_prediction(id: object) -> Prediction:
    """The prediction of this id; ValueError or TypeError if there is none."""
    found = _find(id, "a prediction")
    return found if isinstance(found, Prediction) else _refuse("a prediction", id, found)


def _refuse(wanted: str, id: object, found: Entry) -> NoReturn:
    what = _VERBS.get(type(found), "an exercise: use lc.check")
    _require.refuse("id", wanted, repr(id), f"It is {what}.")


def _find(id: object, what: str) -> Entry:
    name, known = require_id(id), catalogue()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3) or sorted(known)[:3]
        _require.refuse("id", f"the id of {what}", repr(name), f"Near to it: {', '.join(near)}.")
    return known[name]
