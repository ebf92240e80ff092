"""Lesson 09: its exercises, questions and predictions."""

from lcutils.exercises.lesson09 import asked, blocks, counts, predictions, questions

_PARTS = (blocks, asked, counts, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
