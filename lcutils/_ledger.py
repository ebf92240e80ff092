"""What this run has proved, measured and checked: each result is an `Entry` that shows itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lcutils import _require

_ID = re.compile(r"[0-9]{2}\.[a-z][a-z0-9_]*")
# Seen in a light and in a dark theme: what is true or right, wrong, waiting, for information.
_COLOURS = {"right": "#2a7f62", "wrong": "#c0392b", "waiting": "#8a8a8a", "ours": "#2f6db5"}
KINDS = ("proved", "refuted", "measured", "predicted", "checked", "answered")


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
    terminal and nbval see. All three must be the same in every run. `state` is of a verdict:
    right, wrong, waiting (nothing written), skipped, undecided or ours.
    """

    kind: str
    id: str
    passed: bool
    text: str
    markdown: str = ""
    html: str = ""
    state: str = ""

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
_tries: dict[str, int] = {}  # id -> how many answers were judged
_begun: list[str] = []  # the lessons of this run; the last one goes on


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
    _require.one_of("kind", entry.kind, KINDS)
    if entry.state in ("right", "wrong") and entry != _entries.get(entry.id):
        _tries[entry.id] = tries(entry.id) + 1
    _entries[entry.id] = entry
    return entry


def entries() -> tuple[Entry, ...]:
    """The latest result of each id, in the order in which the ids first came."""
    return tuple(_entries.values())


def tries(id: str) -> int:
    """How many answers were judged, to an exercise or a question; run again, one is no other."""
    return _tries.get(id, 0)


def lesson() -> str:
    """The two digits of the lesson that runs; empty if none has begun."""
    return _begun[-1] if _begun else ""


def begin(lesson: str) -> None:
    """Start an empty ledger: a lesson begins."""
    forget_all()
    _begun.append(lesson)


def forget_all() -> None:
    """Empty the ledger; no lesson runs."""
    for part in (_entries, _tries, _begun):
        part.clear()


@contextmanager
def kept() -> Iterator[None]:
    """Undo whatever the block does to the ledger (a reader's code runs inside)."""
    before = dict(_entries), dict(_tries), list(_begun)
    try:
        yield
    finally:
        forget_all()
        _entries.update(before[0])
        _tries.update(before[1])
        _begun.extend(before[2])
