"""What a solution edition shows once a guess has been made: the result, and its sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from asking import plain

_REVEAL = re.compile(r'\blc\.reveal\(\s*"([^"]+)"')
_HEADS = (  # the first output of a reveal; the id stands behind it
    re.compile(r"You said (?P<guess>.+), and so it is\. \[.*\]"),
    re.compile(r"You said (?P<guess>.+); it is (?P<result>.+)\. \[.*\]"),
    re.compile(r"You predicted: (?P<guess>.+) \[.*\]"),
)
_PROOF = re.compile(r"(.+) \[(\S+)\]")
_CLAIM = re.compile(r"Measured: (.+) \[[^;\]]+; (.+)\]")


@dataclass(frozen=True)
class Told:
    """What came of a prediction.

    Args:
        guess: what the solution edition predicts.
        result: what it is; empty where words are not held against a result.
        sentences: Markdown, one line each.
    """

    guess: str
    result: str
    sentences: tuple[str, ...]


def told_after(cells: Sequence[NotebookNode]) -> dict[str, Told]:
    """For each prediction what the cells of an executed notebook reveal, by its id."""
    found: dict[str, Told] = {}
    for cell in cells:
        asked = _REVEAL.search(cell.source) if cell.cell_type == "code" else None
        if not asked:
            continue
        head, *rest = (output.data for output in cell.outputs if "data" in output)
        before = found.get(asked[1]) or Told(*_read(head["text/plain"]), ())
        shown = [sentence for data in rest if (sentence := _sentence(data))]
        new = dict.fromkeys([*before.sentences, *shown])  # a figure repeats its claim
        found[asked[1]] = Told(before.guess, before.result, tuple(new))
    return found


def _read(head: str) -> tuple[str, str]:
    for pattern in _HEADS:
        if said := pattern.fullmatch(head):
            parts = {name: text.replace('"', "") for name, text in said.groupdict().items()}
            is_held = not head.startswith("You predicted")
            return parts["guess"], parts.get("result", parts["guess"] if is_held else "")
    raise ValueError(f"this is not how a reveal begins: {head}")


def _sentence(data: NotebookNode) -> str:
    """One line of Markdown; empty for what has no words, or a list of them."""
    text = str(data.get("text/plain", ""))
    if claim := _CLAIM.fullmatch(text):
        return f"{plain(claim[1])} ({plain(claim[2])})"
    if "text/markdown" in data:
        if text == data["text/markdown"]:
            return " ".join(text.split())
        return _proof(text)
    return "" if "\n" in text else plain(text)


def _proof(text: str) -> str:
    """The id of what is proved or refuted, with the equation if it is a single one."""
    *lines, verdict = text.split("\n")
    found = _PROOF.fullmatch(verdict)
    if not found:
        return ""
    what = "Refuted" if found[1].startswith("Not equal") else "Proved"
    equation = f": ${lines[0]}$" if len(lines) == 1 else ""
    return f"{what}, `{found[2]}`{equation}"
