"""`report`: what this run has shown, and what its lesson still holds."""

from __future__ import annotations

import html
import os
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import quote

from lcutils import _ledger
from lcutils.checking.data import Prediction, Question
from lcutils.exercises._catalogue import catalogue

_FOR_WHOM = "This run only: for you, not for grades."
_TO_HAND_IN = (
    "In a class: Restart Kernel and Run All Cells (menu Kernel; in Colab, menu Runtime); then "
    "save this notebook, or download it, and hand it in."
)
_TOTALS = {  # what is counted together -> its kinds, and a word for those that are done
    "Exercises and questions": (("checked", "answered"), "right"),
    "Predictions": (("predicted",), "made"),
}
_IN_CELLS = ("predicted", "checked", "answered")  # each id in a cell of its own name
_ORDER = ("checked", "answered", "predicted", "proved", "refuted", "measured")  # the reader's first
_LEFT = ("wrong", "undecided", "skipped", "not written", "not run")
_TOP = 'style="text-align: left; vertical-align: top;"'


@dataclass(frozen=True)
class Row:
    """The ids of one kind: those that are done, and by reason those that are not.

    Args:
        tries: id -> how many answers were judged, if more than one.
    """

    kind: str
    done: tuple[str, ...]
    left: dict[str, tuple[str, ...]]
    tries: dict[str, int]

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.done) + sum(map(len, self.left.values()))

    @property
    def count(self) -> str:
        """How many of how many are done."""
        return f"{len(self.done)} of {self.size}"

    def lines(self, link: str = "") -> Iterator[str]:
        """What is done, then for each reason what is not; as HTML with links if there is a link."""
        for reason, ids in {"": self.done, **self.left}.items():
            shown = [_linked(id, link) + self._tried(id) for id in ids] or ["none yet"]
            yield f"{reason}: {', '.join(shown)}" if reason else ", ".join(shown)

    def _tried(self, id: str) -> str:
        return f" ({self.tries[id]} tries)" if id in self.tries else ""


@dataclass(frozen=True)
class Report:
    """What a run has proved, measured, predicted, checked and answered; shows itself."""

    lesson: str
    rows: tuple[Row, ...]

    @property
    def _above(self) -> list[str]:
        """For whom it is, and how much of what a reader is asked is right, or why not."""
        said = [f"Lesson {self.lesson}. {_FOR_WHOM}" if self.lesson else _FOR_WHOM]
        for what, (kinds, done) in _TOTALS.items():
            rows = [row for row in self.rows if row.kind in kinds]
            counts = {done: sum(len(row.done) for row in rows)}
            counts |= {why: sum(len(row.left.get(why, ())) for row in rows) for why in _LEFT}
            if found := ", ".join(f"{n} {why}" for why, n in counts.items() if n):
                said.append(f"{what}, {sum(row.size for row in rows)}: {found}.")
        return said

    @property
    def _below(self) -> str:
        return _TO_HAND_IN if self.lesson else ""

    def __repr__(self) -> str:
        if not self.rows:
            return "Nothing proved, measured or checked yet."
        lines = [f"{row.kind:<9} {row.count}: {'; '.join(row.lines())}" for row in self.rows]
        wrap = textwrap.TextWrapper(90, subsequent_indent=" " * 10, break_on_hyphens=False)
        below = [textwrap.fill(self._below, 90)] if self._below else []
        return "\n".join([*self._above, *map(wrap.fill, lines), *below])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle = {"text/plain": repr(self)}
        if self.rows:
            bundle["text/html"] = self._html(_notebook())
        return bundle

    def _html(self, link: str) -> str:
        rows = "".join(
            f"<tr><td {_TOP}><b>{row.kind}</b><br>{row.count.replace(' ', '&nbsp;')}</td>"
            f"<td {_TOP}>{'<br>'.join(row.lines(link if row.kind in _IN_CELLS else ''))}</td></tr>"
            for row in self.rows
        )
        above = "<br>".join(map(html.escape, self._above))
        return f"<div>{above}</div><table>{rows}</table><div>{html.escape(self._below)}</div>"


def _linked(id: str, notebook: str) -> str:
    if not notebook:
        return id
    return f'<a href="{quote(os.fsencode(notebook))}#cell-id={id.replace(".", "-", 1)}">{id}</a>'


def _notebook() -> str:
    """The file of the notebook that runs, where Jupyter's server has said it; else nothing."""
    return PurePath(os.environ.get("JPY_SESSION_NAME", "")).name


def report() -> Report:
    """What this run has proved, measured, predicted and checked so far, by id.

    Of the lesson's exercises, questions and predictions it says also which were not right, not
    written, skipped or not run, and how many tries it took.
    """
    lesson, entries = _ledger.lesson(), _ledger.entries()
    states = {entry.id: (entry.kind, _state_of(entry)) for entry in entries}
    if lesson:
        for id, asked in catalogue().items():
            if id.startswith(f"{lesson}."):
                states.setdefault(id, (_kind_of(asked), "not run"))
    return Report(lesson, tuple(filter(None, (_row(kind, states) for kind in _ORDER))))


def _row(kind: str, states: dict[str, tuple[str, str]]) -> Row | None:
    mine = {id: state for id, (its_kind, state) in states.items() if its_kind == kind}
    ids = {why: tuple(id for id, state in mine.items() if state == why) for why in ("", *_LEFT)}
    left = {why: ids[why] for why in _LEFT if ids[why]}
    tries = {id: _ledger.tries(id) for id in mine if _ledger.tries(id) > 1}
    return Row(kind, ids[""], left, tries) if mine else None


def _kind_of(asked: object) -> str:
    if isinstance(asked, Prediction):
        return "predicted"
    return "answered" if isinstance(asked, Question) else "checked"


def _state_of(entry: _ledger.Entry) -> str:
    """Why it is not done; empty if it is."""
    if entry.passed or (entry.kind == "predicted" and entry.state == "ours"):
        return ""
    if entry.state in ("skipped", "undecided"):
        return entry.state
    return "not written" if entry.state == "waiting" else "wrong"
