"""What a lesson shows once a guess is made: read from its solution edition, which has been run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from editions import ROOT

_REVEAL = re.compile(r'lc\.reveal\(\s*"([^"]+)"')
_HEAD = re.compile(r'You said "?(.*?)"?(?:, and so it is\.|; it is "?(.*?)"?\.) \[[0-9]{2}\.\w+\]')
_MEASURED = re.compile(r"^Measured: (.*?)(?: \[[^\]]*\])?$", re.MULTILINE)
_MAX_SENTENCES = 3


@dataclass(frozen=True)
class Result:
    """What came of it.

    Args:
        was: in the form of a guess: one of the choices, or numbers; empty if it is told in words.
        sentences: what was measured.
    """

    was: str = ""
    sentences: tuple[str, ...] = ()


def results_of(
    lesson: str, solutions: Path = ROOT / "notebooks" / "solutions"
) -> dict[str, Result]:
    """Id of a prediction -> its result, of a lesson such as 05_memory."""
    notebook = json.loads((solutions / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    found: dict[str, Result] = {}
    for cell in notebook["cells"]:
        asked = _REVEAL.search("".join(cell["source"]))
        if not asked:
            continue
        text = "\n".join(_texts(cell))
        known = found.get(asked[1], Result())
        head = _HEAD.search(text)
        was = known.was or (head and (head[2] or head[1])) or ""
        sentences = dict.fromkeys([*known.sentences, *_MEASURED.findall(text)])
        found[asked[1]] = Result(was, tuple(sentences)[:_MAX_SENTENCES])
    return found


def _texts(cell: dict[str, Any]) -> Iterator[str]:
    for output in cell.get("outputs", []):
        yield "".join(output.get("data", {}).get("text/plain", ""))
