"""Lesson 00: its exercises, questions and predictions."""

from lcutils.exercises.lesson00 import core, predictions

_PARTS = (core, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
