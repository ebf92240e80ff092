"""Lesson 04: its exercises, questions and predictions."""

from lcutils.exercises.lesson04 import core, derivations, predictions, questions, writing

_PARTS = (core, writing, derivations, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
