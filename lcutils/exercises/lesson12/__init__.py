"""Lesson 12: its exercises, questions and predictions."""

from lcutils.exercises.lesson12 import core, more, predictions, questions, squares

_PARTS = (core, squares, more, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
