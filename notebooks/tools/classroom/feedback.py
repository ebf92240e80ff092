"""The feedback page of one student."""

from __future__ import annotations

from classroom.handin import HandIn
from classroom.page import block, folded, own, page, sentence, text
from classroom.rows import Row
from classroom.summing import Summary, name_of, outcome_of, right, written
from lcutils.checking.data import Prediction, Question
from lcutils.exercises import catalogue


def feedback_page(made: HandIn, summary: Summary) -> str:
    """What became of each exercise; without anybody else in it."""
    results = {guesses.id: guesses.told.result for guesses in summary.guesses}
    lesson = summary.lesson.name[:2]
    parts = [
        f"<h1>Lesson {text(lesson)}: {own(made.student)}</h1>",
        f"<p>{right(made, summary.core)} of {len(summary.core)} right in the core path, "
        f"{right(made)} of all {summary.counted}. Each answer was judged anew, on new inputs; "
        "what the notebook shows was not looked at.</p>",
        *(f"<p>{sentence(note)}</p>" for note in made.notes),
        *(_row(row, results.get(row.id, "")) for row in made.rows),
    ]
    return page(f"Lesson {lesson}: {made.student}", "\n".join(parts))


def _row(row: Row, was: str) -> str:
    outcome = outcome_of(row)
    said = "" if outcome.key in ("given", "open", "deleted") else sentence(row.sentence)
    if row.state == "predicted":
        said = f"Your guess: {own(row.sentence)}." + (f" It is {text(was)}." if was else "")
    asked = catalogue()[row.id]
    question = (
        f'<div class="dim">{text(asked.text)}</div>'
        if isinstance(asked, Question | Prediction)
        else ""
    )
    example = block(row.example) if row.example and row.state != "right" else ""
    is_shown = row.answer and row.kind == "exercise"
    answer = folded("your answer", block([written(row)])) if is_shown else ""
    words = "not right yet" if outcome.key == "known" else outcome.words
    end = f'<span class="{outcome.key}">{outcome.mark} {words}</span>'
    return (
        f'<div class="feedback"><b>{text(name_of(row.id))}</b> <small>{text(row.id)}</small> '
        f'<span class="key">{end}</span>'
        f"{question}<div>{said}{example}{answer}</div></div>"
    )
