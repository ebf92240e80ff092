"""Lesson 02: its exercises and questions, in the order of its pages."""

from lcutils.exercises.lesson02 import core, more, questions, sgns

ENTRIES = (*core.ENTRIES, *sgns.ENTRIES, *more.ENTRIES, *questions.ENTRIES)
