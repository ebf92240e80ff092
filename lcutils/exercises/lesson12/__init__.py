"""Lesson 12: its exercises, questions and predictions."""

from lcutils.exercises.lesson12 import core, more, predictions, questions

ENTRIES = (*core.ENTRIES, *more.ENTRIES, *questions.ENTRIES, *predictions.ENTRIES)
