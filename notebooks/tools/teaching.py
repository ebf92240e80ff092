"""Writes the pages for whoever teaches: TEACHING.md, and one a lesson in `teaching/`.

    python notebooks/tools/teaching.py

All that a page says of a lesson comes from its source, from the catalogue, and from what its
solution edition shows; how a class hour goes is written in notebooks/source/_teaching.md.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asking import plain
from editions import ROOT, SOURCES, lessons
from lcutils._files import write_whole
from lcutils.checking.data import (
    DerivationExercise,
    Exercise,
    ExpressionExercise,
    FunctionExercise,
    NumberExercise,
    Prediction,
    Question,
)
from lcutils.exercises import catalogue
from reveals import Told
from taught import Task, Taught, taught

INDEX, FOLDER, TEXT = "TEACHING.md", "teaching", SOURCES / "_teaching.md"
WARNING = "> **This page holds answers.** It is for whoever teaches, and is not handed out.\n"
# Seconds on two busy cores: of a lesson, and of its cells that take five or more.
SECONDS: dict[str, tuple[int, dict[str, int]]] = {
    "00": (9, {}),
    "01": (20, {}),
    "02": (53, {"counts": 19, "overlap": 5}),
    "03": (22, {}),
    "04": (27, {"networks-measured": 7}),
    "05": (23, {"task-measured": 6}),
    "06": (29, {"tension-measured": 6, "cut-measured": 7}),
    "07": (31, {"held-measured": 14, "gru-measured": 5}),
    "08": (26, {}),
    "09": (34, {"copies-measured": 15, "gap-measured": 8}),
    "10": (13, {}),
    "11": (41, {"trained": 20}),
    "12": (35, {}),
    "13": (50, {"race": 21, "blocks": 7, "table": 6, "no-slope": 5}),
}
_HEADS = "lesson", "minutes", "stop half way at", "votes", "questions", "exercises", "mistakes"


def _of(x: Taught, kind: Any) -> list[str]:
    """The ids of this kind, in the order of the lesson."""
    ids = [id for part in x.sections for id in part.ids]
    return [id for id in ids if isinstance(catalogue()[id], kind)]


def _runs_long(x: Taught) -> str:
    if x.lesson.number not in SECONDS:
        return "Not measured yet."
    total, cells = SECONDS[x.lesson.number]
    said = f"All cells take {total} seconds on two busy cores"
    where = {cell: part.title for part in x.sections for cell in part.cells}
    long = [f"`{cell}` {n} ({where[cell]})" for cell, n in cells.items()]
    return f"{said}, of these {', '.join(long)}." if long else f"{said}, none of them five."


def mistakes(asked: object) -> list[str]:
    """The sentences that name an exercise's known mistakes."""
    more = [*getattr(asked, "slips", ()), *getattr(asked, "rules", ())]
    return [*getattr(asked, "mistakes", ()), *(one.sentence for one in more)]


def pages() -> dict[Path, str]:
    """Every page by its path."""
    found = [taught(lesson) for lesson in lessons(SOURCES)]
    table = _table(_HEADS, [_counted(x) for x in found])
    index = TEXT.read_text(encoding="utf-8").replace("{{lessons}}", table)
    return {ROOT / INDEX: index} | {ROOT / FOLDER / f"{x.lesson.name}.md": page(x) for x in found}


def _counted(x: Taught) -> list[str]:
    known = sum(len(mistakes(catalogue()[id])) for id in _of(x, Exercise))
    link = f"[{x.lesson.number} · {x.lesson.title}]({FOLDER}/{x.lesson.name}.md)"
    counts = (len(_of(x, kind)) for kind in (Prediction, Question, Exercise))
    return [link, str(x.lesson.minutes), x.half_way, *map(str, counts), str(known)]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [heads, ["---"] * len(heads), *rows])


def page(x: Taught) -> str:
    """The page of one lesson, in the lesson's order."""
    said, half = x.lesson, f"; {x.half_way} is half way" if x.half_way else ""
    parts = [
        WARNING,
        f"# {said.number} · {said.title}\n\n**{said.question}**\n",
        f"- **Aims.** {x.aims}\n- **Needed.** {said.needs[0].upper()}{said.needs[1:]}.\n"
        f"- **Time.** {said.minutes} minutes for someone who works alone{half}.\n"
        f"- **Runs long.** {_runs_long(x)}\n"
        f"- **Notebooks.** [Student edition](../notebooks/{said.file}), "
        f"[solution](../notebooks/solutions/{said.file}).\n",
        f"## Plan\n\n{_plan(x)}\n",
    ]
    for section in filter(lambda section: section.ids, x.sections):
        parts += [f"## {section.title}\n", *(_entry(x, id) for id in section.ids)]
    return "\n".join(parts)


def _plan(x: Taught) -> str:
    rows, ends = [], 0
    for part in x.sections:
        ends += part.minutes
        is_half = f"{x.half_way}.".endswith(f" {part.title.split(' ')[0]}")
        title = f"{part.title} *(half way)*" if is_half else part.title
        asked = [f"[{_head(x, id)}](#{slug(_head(x, id))}){_takes(x, id)}" for id in part.ids]
        if part.minutes:
            rows.append([title, str(part.minutes), str(ends), "<br>".join(asked)])
        elif asked:
            rows.append([title, "", "", "<br>".join(asked)])
    return _table(("section", "minutes", "ends at", "what is asked"), rows)


def slug(head: str) -> str:
    """Where GitHub lets a link to a heading lead."""
    return re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-")


def _takes(x: Taught, id: str) -> str:
    return f", {x.tasks[id].minutes} minutes" if id in x.tasks else ""


def _head(x: Taught, id: str) -> str:
    if id in x.tasks:
        return f"Exercise {x.tasks[id].number}: `{id}`"
    return f"{'Vote' if isinstance(catalogue()[id], Prediction) else 'Question'}: `{id}`"


def _entry(x: Taught, id: str) -> str:
    asked = catalogue()[id]
    head, above = f"### {_head(x, id)}\n", [f"> {line}\n" for line in x.above[id].split("\n")]
    if isinstance(asked, Question):  # it needs nothing that stands above it
        return f"{head}\n{_question(asked)}"
    if isinstance(asked, Prediction):
        said = _vote(asked, x.told[id])
    else:
        said = _exercise(asked, x.tasks[id])
    return "\n".join(filter(None, [head, "".join(above) if x.above[id] else "", said]))


def _vote(asked: Prediction, told: Told) -> str:
    lines = [f"{plain(asked.text)}\n"]
    if asked.choices:
        lines.append(f"- Choices: {plain(', '.join(asked.choices))}.")
    if not told.result:
        lines.append(f"- Guessed in words. The solution edition says: {plain(told.guess)}.")
    elif told.guess == told.result:
        lines.append(f"- Result: **{plain(told.result)}**.")
    else:
        lines.append(
            f"- Result: **{plain(told.result)}**. The solution edition guesses: "
            f"{plain(told.guess)}."
        )
    lines += ["- Shown then:", *(f"  - {sentence}" for sentence in told.sentences)]
    return "\n".join(lines) + "\n"


def _question(asked: Question) -> str:
    lines = [f"{plain(asked.text)}\n"]
    for letter, choice in asked.choices.items():
        is_right = ", right" if letter == asked.right else ""
        lines.append(f"- **{letter}{is_right}**: {plain(choice.text)}. *{plain(choice.reply)}*")
    return "\n".join(lines) + "\n"


def _exercise(asked: Exercise, task: Task) -> str:
    known = mistakes(asked)
    listed = "\n".join(f"- {plain(sentence)}" for sentence in known)
    parts = [
        f"*{_kind(asked)}, {task.minutes} minutes.* {task.text}\n",
        f"```python\n{task.solution}\n```\n",
        f"**Right.** {plain(asked.meaning)}\n" if asked.meaning else "",
        f"<details><summary>{len(known)} known mistakes</summary>\n\n{listed}\n\n</details>\n",
    ]
    return "\n".join(filter(None, parts))


def _kind(asked: Exercise) -> str:
    if isinstance(asked, FunctionExercise):
        return "A function to mend" if asked.given else "A function to write"
    if isinstance(asked, NumberExercise):
        return f"A number: {asked.unit}" if asked.unit else "A number"
    if isinstance(asked, ExpressionExercise):
        return f"One line of algebra in {', '.join(f'`{x}`' for x in asked.symbols.split())}"
    return "A derivation" if isinstance(asked, DerivationExercise) else "Lines to put in order"


def main() -> int:
    """Write what differs, and take away the page of a lesson that is gone."""
    made = pages()
    for path, text in made.items():
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_whole(path, text.encode())
            print(f"written: {path.relative_to(ROOT)}")
    for path in (ROOT / FOLDER).glob("*.md"):
        if path not in made:
            path.unlink()
            print(f"taken away: {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
