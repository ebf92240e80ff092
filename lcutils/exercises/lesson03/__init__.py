"""Lesson 03: its exercises, questions and predictions."""

from lcutils.exercises.lesson03 import core, layers, more, predictions, questions

_PARTS = (core, layers, more, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
