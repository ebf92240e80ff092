"""Lesson 06: its exercises, questions and predictions."""

from lcutils.exercises.lesson06 import (
    core,
    derivations,
    pieces,
    predictions,
    questions,
)

_PARTS = (core, pieces, derivations, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
