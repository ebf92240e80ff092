"""Lesson 13: its exercises and questions, in the order of its pages."""

from lcutils.exercises.lesson13 import counts, questions, score, texts

ENTRIES = (*texts.ENTRIES, *counts.ENTRIES, *score.ENTRIES, *questions.ENTRIES)
