"""Lesson 07: its exercises, questions and predictions."""

from lcutils.exercises.lesson07 import core, derivations, lstm, predictions, questions, steps

_PARTS = (core, derivations, lstm, steps, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
