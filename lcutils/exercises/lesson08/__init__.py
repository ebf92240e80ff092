"""Lesson 08: its exercises and questions, in the order of its pages."""

from lcutils.exercises.lesson08 import core, heads, more, questions

ENTRIES = (*core.ENTRIES, *more.ENTRIES, *heads.ENTRIES, *questions.ENTRIES)
