"""Lesson 01: its exercises, questions and predictions."""

from lcutils.exercises.lesson01 import bits, core, derivations, merging, predictions, questions

_PARTS = (core, merging, bits, derivations, questions, predictions)
ENTRIES = tuple(entry for part in _PARTS for entry in part.ENTRIES)
