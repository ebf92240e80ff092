"""What a solution edition shows once a guess has been made: the result, and its sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import nbformat
from nbformat import NotebookNode

from asking import plain
from editions import ROOT

_ASKED = re.compile(r'\blc\.(?:predict|reveal)\(\s*"([^"]+)"')
_PREDICTED = re.compile(r"You predicted: (.+) \[.*\]")
_HELD = re.compile(r"You said (.+?)(?:, and so it is|; it is (.+))\. \[.*\]")
_PROOF = re.compile(r"(.+) \[(\S+)\]")
_CLAIM = re.compile(r"Measured: (.+) \[[^;\]]+; (.+)\]")


@dataclass(frozen=True)
class Told:
    """What came of a prediction.

    Args:
        guess: what the solution edition predicts.
        result: what it is; empty where words are not held against a result.
        sentences: Markdown, one line each.
        measured: of these the claims, as they are, without the range in which they hold.
    """

    guess: str = ""
    result: str = ""
    sentences: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()


def told_by(lesson: str) -> dict[str, Told]:
    """What the solution edition of a lesson such as 05_memory reveals, by prediction."""
    path = ROOT / "notebooks" / "solutions" / f"{lesson}.ipynb"
    return told_after(nbformat.read(path, as_version=4).cells)


def told_after(cells: Sequence[NotebookNode]) -> dict[str, Told]:
    """For each prediction what the cells of an executed notebook reveal, by its id."""
    found: dict[str, Told] = {}
    for cell in cells:
        asked = _ASKED.search(cell.source) if cell.cell_type == "code" else None
        for output in cell.outputs if asked else ():
            if asked and "data" in output:
                now = found.get(asked[1], Told())
                found[asked[1]] = _with(now, output.data)
    return found


def _with(told: Told, data: NotebookNode) -> Told:
    """What is known after one more output: a guess, a result beside it, or a sentence."""
    text = str(data.get("text/plain", ""))
    if said := _PREDICTED.fullmatch(text):
        return replace(told, guess=said[1])
    if said := _HELD.fullmatch(text):
        guess, result = (part.replace('"', "") for part in (said[1], said[2] or said[1]))
        return replace(told, guess=guess, result=result)
    if text.startswith("Predict first"):
        raise ValueError(f"this notebook shows no result: {text}")
    sentence, claim = _sentence(data), _CLAIM.fullmatch(text)
    if not sentence or sentence in told.sentences:  # a figure repeats its claim
        return told
    measured = (*told.measured, claim[1]) if claim else told.measured
    return replace(told, sentences=(*told.sentences, sentence), measured=measured)


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
