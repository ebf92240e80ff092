"""Lesson 10: its exercises, questions and predictions."""

from lcutils.exercises.lesson10 import chunk, core, more, predictions, questions

_PARTS = (core, chunk, more, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
