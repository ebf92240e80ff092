"""What came of a class, as files: the class page, a feedback page a student, csv and json."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from classroom.class_page import class_page
from classroom.feedback import feedback_page
from classroom.names import safe
from classroom.rows import Row
from classroom.summing import Summary, outcome_of, right
from lcutils._files import write_whole

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_json(summary: Summary) -> str:
    """All of it."""
    hand_ins = [*summary.hand_ins, *summary.unusable]
    found = {"lesson": summary.lesson.name, "hand_ins": [asdict(made) for made in hand_ins]}
    return json.dumps(found | {"notes": summary.notes}, indent=1, ensure_ascii=False) + "\n"


def as_csv(summary: Summary) -> str:
    """A line a student: how many are right, what became of each; of predictions, their text.

    The core is all before "If you have more time".
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    ids = list(summary.lesson.exercises)
    table.writerow(["student", "id", "file", "core", "core of", "right", "of", *ids, "notes"])
    same = {place: places for places in summary.same for place in places}
    for place, made in enumerate([*summary.hand_ins, *summary.unusable]):
        rows = {row.id: row for row in made.rows}
        ends = [_in_words(rows[id]) if id in rows else "" for id in ids]
        notes = [*made.notes, *_others(summary, same.get(place, ()), place)]
        core = right(made, summary.core), len(summary.core) if rows else 0
        all_ = right(made), summary.counted if rows else 0
        line = [made.student, made.id, made.file, *core, *all_, *ends, " ".join(notes)]
        table.writerow([_harmless(cell) for cell in line])
    return text.getvalue()


def _others(summary: Summary, places: Sequence[int], place: int) -> list[str]:
    """Who has the same answers."""
    students = [summary.hand_ins[other].student for other in places if other != place]
    return [f"The same text as {', '.join(students)}."] if students else []


def _in_words(row: Row) -> str:
    return row.sentence if row.state == "predicted" else outcome_of(row).words


def _harmless(cell: Any) -> Any:
    """A spreadsheet must not take a student's text for a formula, nor for a line of its own."""
    if not isinstance(cell, str):
        return cell
    return "'" * cell.startswith(_FORMULA) + " ".join(cell.split())


def write(summary: Summary, folder: Path) -> list[Path]:
    """Write all into a folder; returns where: page, csv, json, folder of the feedback."""
    number = summary.lesson.name[:2]
    inner = folder / f"feedback_{number}"
    inner.mkdir(parents=True, exist_ok=True)
    files: list[str] = []
    for made in summary.hand_ins:
        name = safe(f"{made.student} {made.id}", [file.removesuffix(".html") for file in files])
        files.append(f"{name}.html")
        _write(inner / files[-1], feedback_page(made, summary))
    texts = {
        "html": class_page(summary, [f"{inner.name}/{file}" for file in files]),
        "csv": as_csv(summary),
        "json": as_json(summary),
    }
    texts["csv"] = f"\ufeff{texts['csv']}"  # by which a spreadsheet knows that it is UTF-8
    for ending, text in texts.items():
        _write(folder / f"class_{number}.{ending}", text)
    return [*(folder / f"class_{number}.{ending}" for ending in texts), inner]


def _write(path: Path, text: str) -> None:
    write_whole(path, text.encode(errors="replace"))  # a student's text may hold half a sign
