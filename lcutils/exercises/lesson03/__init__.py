"""Lesson 03: its exercises, questions and predictions."""

from lcutils.exercises.lesson03 import core, derivations, layers, more, predictions, questions

_PARTS = (core, derivations, layers, more, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
