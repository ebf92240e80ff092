"""Lesson 02: its exercises, questions and predictions."""

from lcutils.exercises.lesson02 import core, more, predictions, questions, sgns

_PARTS = (core, sgns, more, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
