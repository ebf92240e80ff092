"""Lesson 00: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction

ENTRIES = (Prediction("00.numbers", "How many numbers, concatenated and summed?", numbers=2),)
