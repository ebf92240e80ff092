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

_FOR_WHOM = "This run only, for you."
_IN_CELLS = ("predicted", "checked", "answered")  # each id in a cell of its own name
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
    def count(self) -> str:
        """How many of how many are done."""
        return f"{len(self.done)} of {len(self.done) + sum(map(len, self.left.values()))}"

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
    def _head(self) -> str:
        return f"Lesson {self.lesson}. {_FOR_WHOM}" if self.lesson else _FOR_WHOM

    def __repr__(self) -> str:
        if not self.rows:
            return "Nothing proved, measured or checked yet."
        lines = [f"{row.kind:<9} {row.count}: {'; '.join(row.lines())}" for row in self.rows]
        wrap = textwrap.TextWrapper(90, subsequent_indent=" " * 10, break_on_hyphens=False)
        return "\n".join([self._head, *map(wrap.fill, lines)])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle = {"text/plain": repr(self)}
        if self.rows:
            bundle["text/html"] = self._html(_notebook())
        return bundle

    def _html(self, link: str) -> str:
        rows = "".join(
            f"<tr><td {_TOP}><b>{row.kind}</b></td>"
            f"<td {_TOP}>{row.count.replace(' ', '&nbsp;')}</td>"
            f"<td {_TOP}>{'<br>'.join(row.lines(link if row.kind in _IN_CELLS else ''))}</td></tr>"
            for row in self.rows
        )
        return f"<div>{html.escape(self._head)}</div><table>{rows}</table>"


def _linked(id: str, notebook: str) -> str:
    if not notebook:
        return id
    return f'<a href="{quote(notebook)}#cell-id={id.replace(".", "-", 1)}">{id}</a>'


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
    return Report(lesson, tuple(filter(None, (_row(kind, states) for kind in _ledger.KINDS))))


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
