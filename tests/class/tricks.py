"""What a trick is, and the hand-in that it makes."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]
STEP = "05.additive_step"


@dataclass(frozen=True)
class Trick:
    """One cell that means harm; `OUTSIDE` in it stands for a folder that anybody may write.

    Args:
        name: what is tried.
        code: what stands in the cell of the exercise `id`.
        states: what may become of this exercise; never right.
        is_cheat: whether all else is as it was handed out, and must stay without a point; if not,
            all else is solved, and must be right.
        loses: other exercises that the cell may spoil: its own.
    """

    name: str
    code: str
    states: str = "wrong known raised stopped unchecked open ours"
    id: str = STEP
    is_cheat: bool = False
    loses: tuple[str, ...] = ()

    def hand_in(self, given: Notebook, solved: Notebook, outside: Path) -> Notebook:
        """The notebook that is handed in."""
        made = copy.deepcopy(given if self.is_cheat else solved)
        code = self.code.strip("\n").replace("OUTSIDE", str(outside))
        cell = next(x for x in made["cells"] if x["id"] == self.id.replace(".", "-", 1))
        cell["source"] = code
        return made

    @property
    def file(self) -> str:
        """A name for its file."""
        return "".join(x if x.isalnum() else "_" for x in self.name) + ".ipynb"


def cheats(table: Mapping[str, str], **more: Any) -> list[Trick]:
    """A trick for each row, in a hand-in that is else as it was handed out."""
    return [Trick(name, code, is_cheat=True, **more) for name, code in table.items()]


def harms(table: Mapping[str, str], **more: Any) -> list[Trick]:
    """A trick for each row, in a hand-in that is else solved."""
    return [Trick(name, code, **more) for name, code in table.items()]


def text_of(notebook: Notebook) -> str:
    """As it is stored."""
    return json.dumps(notebook)
