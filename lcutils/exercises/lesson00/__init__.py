"""Lesson 00: its exercises, questions and predictions."""

from lcutils.exercises.lesson00 import core, predictions

ENTRIES = (*core.ENTRIES, *predictions.ENTRIES)
