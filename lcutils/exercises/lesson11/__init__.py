"""Lesson 11: its exercises, questions and predictions."""

from lcutils.exercises.lesson11 import chunk, core, more, predictions, questions

_PARTS = (core, chunk, more, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
