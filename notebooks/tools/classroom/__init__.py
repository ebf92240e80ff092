"""Judges a class's hand-ins outside the process that runs them, and says what to talk about.

The judge knows references and mistakes, and never runs what a student wrote. A worker runs it, in
a box (`box`, `filter`) that has neither network nor home nor answers; `workers` are started there
one after the other, each in a `nest` of its own. Between the two go plain
frames (`wire`), in which an answer is data (`answers`, `expressions`). `graft` puts a hand-in's
cells into the lesson as it was handed out, `judge` talks with a worker, `handin` judges one
hand-in, whose exercises are `rows`, `collecting` many.

`taking` goes through the folder or the zip that came, and `names` tells whose each file is.
`summing` makes one class of the hand-ins, with its `guesses`;
`class_page` and `feedback` show it as a `page`, and `tables` writes all.
"""
