"""Lesson 00: its exercises, questions and predictions."""

from lcutils.exercises.lesson00 import core, predictions, questions

_PARTS = (core, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
