"""Lesson 10: its exercises and questions, in the order of its pages."""

from lcutils.exercises.lesson10 import chunk, core, more, questions

ENTRIES = (*core.ENTRIES, *chunk.ENTRIES, *more.ENTRIES, *questions.ENTRIES)
