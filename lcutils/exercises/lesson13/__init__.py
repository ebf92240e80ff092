"""Lesson 13: its exercises, questions and predictions."""

from lcutils.exercises.lesson13 import bits, counts, predictions, questions, score, texts

_PARTS = (texts, counts, score, bits, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
