"""The exercises and questions of all lessons, by their ids."""

from __future__ import annotations

import difflib
import functools

from lcutils import _require
from lcutils._ledger import require_id
from lcutils.checking.data import Exercise, Question
from lcutils.checking.settings import known_settings


@functools.cache
def catalogue() -> dict[str, Exercise | Question]:
    """Every exercise and question of every lesson, by id."""
    with known_settings():  # worked examples are made at the import, and kept
        from lcutils.exercises import (
            lesson00,
            lesson02,
            lesson03,
            lesson05,
            lesson08,
            lesson10,
            lesson11,
            lesson12,
            lesson13,
        )

    lessons = (
        *(lesson00, lesson02, lesson03, lesson05),
        *(lesson08, lesson10, lesson11, lesson12, lesson13),
    )
    return {entry.id: entry for lesson in lessons for entry in lesson.ENTRIES}


def find_exercise(id: object) -> Exercise:
    """The exercise of this id; ValueError or TypeError if there is none."""
    found = _find(id, "an exercise")
    if isinstance(found, Question):
        _require.refuse("id", "an exercise", repr(id), "It is a question: use lc.quiz.")
    return found


def find_question(id: object) -> Question:
    """The question of this id; ValueError or TypeError if there is none."""
    found = _find(id, "a question")
    if not isinstance(found, Question):
        _require.refuse("id", "a question", repr(id), "It is an exercise: use lc.check.")
    return found


def _find(id: object, what: str) -> Exercise | Question:
    name, known = require_id(id), catalogue()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3) or sorted(known)[:3]
        _require.refuse("id", f"the id of {what}", repr(name), f"Near to it: {', '.join(near)}.")
    return known[name]
