"""Lesson 11: its exercises, questions and predictions."""

from lcutils.exercises.lesson11 import core, more, predictions, questions

ENTRIES = (*core.ENTRIES, *more.ENTRIES, *questions.ENTRIES, *predictions.ENTRIES)
