"""Lesson 11: its exercises, questions and predictions."""

from lcutils.exercises.lesson11 import chunk, core, more, predictions, questions

ENTRIES = (*core.ENTRIES, *chunk.ENTRIES, *more.ENTRIES, *questions.ENTRIES, *predictions.ENTRIES)
