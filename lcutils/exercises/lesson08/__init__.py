"""Lesson 08: its exercises, questions and predictions."""

from lcutils.exercises.lesson08 import core, heads, more, predictions, questions

_PARTS = (core, heads, more, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
