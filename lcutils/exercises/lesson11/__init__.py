"""Lesson 11: its exercises and questions, in the order of its pages."""

from lcutils.exercises.lesson11 import chunk, core, more, questions

ENTRIES = (*core.ENTRIES, *chunk.ENTRIES, *more.ENTRIES, *questions.ENTRIES)
