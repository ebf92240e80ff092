"""What this run has proved, measured and checked: each result is an `Entry` that shows itself."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lcutils import _require

_ID = re.compile(r"[0-9]{2}\.[a-z][a-z0-9_]*")
# Seen in a light and in a dark theme: what is true or right, wrong, waiting, for information.
_COLOURS = {"right": "#2a7f62", "wrong": "#c0392b", "waiting": "#8a8a8a", "ours": "#2f6db5"}
_KINDS = ("proved", "refuted", "measured", "predicted", "checked", "answered")


def block(state: str, inner: str, style: str = "") -> str:
    """HTML behind a bar in the colour of `state`: right, wrong, waiting or ours.

    Args:
        inner: HTML; whatever a reader wrote in it is escaped already.
        style: further declarations, each ended by a semicolon.
    """
    bar = f"border-left: 4px solid {_COLOURS[state]}; padding: 0.3em 0.8em;"
    return f'<div style="{" ".join(filter(None, [bar, style]))}">{inner}</div>'


@dataclass(frozen=True)
class Entry:
    """One result, with what it shows: `markdown` where there is mathematics, else `html`.

    A front end shows one of them, and typesets `$$` in Markdown only; `text` is what a
    terminal and nbval see. All three must be the same in every run.
    """

    kind: str
    id: str
    passed: bool
    text: str
    markdown: str = ""
    html: str = ""

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle = {"text/plain": self.text}
        if self.markdown:
            bundle["text/markdown"] = self.markdown
        if self.html:
            bundle["text/html"] = self.html
        return bundle


_entries: dict[str, Entry] = {}


def require_id(value: object) -> str:
    """Check the id of a statement or exercise, such as `05.order_lost`."""
    name = _require.text("id", value)
    if not _ID.fullmatch(name):
        _require.refuse(
            "id", "a lesson's number, a dot, lower-case words: '05.order_lost'", repr(name)
        )
    return name


def record(entry: Entry) -> Entry:
    """Keep `entry` for `report`, in place of an earlier one of the same id, and return it."""
    require_id(entry.id)
    _require.one_of("kind", entry.kind, _KINDS)
    _entries[entry.id] = entry
    return entry


def forget_all() -> None:
    """Start an empty ledger: a lesson begins."""
    _entries.clear()


@contextmanager
def kept() -> Iterator[None]:
    """Undo whatever the block does to the ledger (a reader's code runs inside)."""
    before = dict(_entries)
    try:
        yield
    finally:
        _entries.clear()
        _entries.update(before)


@dataclass(frozen=True)
class Report:
    """Ids and counts of what this run proved, measured and checked."""

    entries: tuple[Entry, ...]

    def __repr__(self) -> str:
        lines = [self._line(kind) for kind in _KINDS if any(e.kind == kind for e in self.entries)]
        return "\n".join(lines) or "Nothing proved, measured or checked yet."

    def _line(self, kind: str) -> str:
        mine = [entry for entry in self.entries if entry.kind == kind]
        done = [entry.id for entry in mine if entry.passed]
        waiting = [entry.id for entry in mine if not entry.passed]
        line = f"{kind:<9} {len(done)} of {len(mine)}: {', '.join(done) or 'none yet'}"
        line += f"; not yet: {', '.join(waiting)}" if waiting else ""
        return textwrap.fill(line, 90, subsequent_indent=" " * 10, break_on_hyphens=False)


def report() -> Report:
    """What this run has proved, measured, predicted and checked so far, by id."""
    return Report(tuple(_entries.values()))
