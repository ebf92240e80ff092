"""The exercises, questions and predictions of all lessons, by their ids."""

from __future__ import annotations

import difflib
import functools
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
    with known_settings():  # worked examples are made at the import, and kept
        from lcutils.exercises import (
            lesson00,
            lesson02,
            lesson03,
            lesson05,
            lesson06,
            lesson08,
            lesson10,
            lesson11,
            lesson12,
            lesson13,
        )

    lessons = (
        *(lesson00, lesson02, lesson03, lesson05, lesson06),
        *(lesson08, lesson10, lesson11, lesson12, lesson13),
    )
    return {entry.id: entry for lesson in lessons for entry in lesson.ENTRIES}


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
