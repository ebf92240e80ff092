"""Lesson 05: its exercises and questions, in the order of its pages."""

from lcutils.exercises.lesson05 import core, more, questions

ENTRIES = (*core.ENTRIES, *more.ENTRIES, *questions.ENTRIES)
