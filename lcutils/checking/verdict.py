"""What a reader is told: a verdict, as text and as HTML, shown at once."""

from __future__ import annotations

import html
import re
import sys
from dataclasses import dataclass, replace
from typing import Any

from lcutils._ledger import Entry, block, record


@dataclass(frozen=True)
class Verdict:
    """One verdict.

    Args:
        state: right, wrong, waiting (nothing to judge yet), skipped, undecided (neither proved
            nor refuted), or ours (it has no bearing on right or wrong: a prediction, or our own
            version come back).
        headline: a word or a short sentence.
        above: the question and its choices, a line each.
        reason: what is wrong or true, and the mistake if it is a known one.
        example: lines in which columns matter: inputs, got, wanted.
        hint: where to look next.
        printed: what the reader's code printed.
        footer: what becomes of the lesson now.
        is_open: whether the reason says that something is wrong, but not what: then a hint helps.
        is_ours: whether the lesson goes on with our version, though the answer is right.
    """

    state: str
    headline: str
    reason: str = ""
    example: tuple[str, ...] = ()
    hint: str = ""
    printed: tuple[str, ...] = ()
    footer: str = ""
    above: tuple[str, ...] = ()
    is_open: bool = False
    is_ours: bool = False

    @property
    def passed(self) -> bool:
        """Is the answer right?"""
        return self.state == "right"

    def with_(self, **changes: Any) -> Verdict:
        """The same verdict, with some fields changed."""
        return replace(self, **changes)

    def entry(self, kind: str, id: str) -> Entry:
        """The verdict as an entry of the ledger."""
        first = " ".join(part for part in (self.headline, self.reason) if part)
        text = [("    " if n else "") + line for n, line in enumerate(self.above)]
        text.append(f"{first} [{id}]")
        above = "".join(f"<div>{html.escape(line)}</div>" for line in self.above)
        body = []
        if self.example:
            text += [f"    {line}" for line in self.example]
            body.append(_pre(self.example))
        if self.hint:
            text.append(f"Hint: {self.hint}")
            body.append(f"<div><i>Hint.</i> {_inline(self.hint)}</div>")
        if self.printed:
            text += ["Your code printed:", *(f"    {line}" for line in self.printed)]
            body.append(f"<div>Your code printed:</div>{_pre(self.printed)}")
        if self.footer:
            text.append(self.footer)
            body.append(_small(self.footer))
        inner = (
            f"{above}<b>{html.escape(self.headline)}</b> {_inline(self.reason)}"
            f"{''.join(body)}{_small(id)}"
        )
        shown = block(
            {"skipped": "waiting", "undecided": "ours"}.get(self.state, self.state), inner
        )
        return Entry(kind, id, self.passed, "\n".join(text), html=shown, state=self.state)


def _inline(text: str) -> str:
    """Escaped, with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _pre(lines: tuple[str, ...]) -> str:
    shown = html.escape("\n".join(lines))
    return f'<pre style="background: transparent; color: inherit; margin: 0.4em 0;">{shown}</pre>'


def _small(text: str) -> str:
    return f'<div style="opacity: 0.7; font-size: 0.85em;">{html.escape(text)}</div>'


def show(entry: Entry) -> None:
    """Record the entry and show it: in the notebook, or on a terminal as text."""
    show_value(record(entry))


def show_value(value: object) -> None:
    """Show a value as the last one of a cell would be; print it where there is no IPython."""
    if is_interactive():
        from IPython import display as ipython

        display: Any = ipython.display  # comes without types
        display(value)
    else:
        print(value)


def is_interactive() -> bool:
    """Is this a notebook or an IPython prompt?"""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return get_ipython() is not None
