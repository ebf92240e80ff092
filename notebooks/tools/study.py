"""Gives the reader a copy of each lesson to write in, and of each solution to look at.

    python notebooks/tools/study.py            in the folder `study`
    python notebooks/tools/study.py FOLDER     in another one

A lesson that is there already is never touched: to start it over, rename your copy.
A solution is kept as it should be, unless somebody has written in it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

try:
    from editions import ROOT, SETUP, SETUP_ID
    from lcutils._files import write_whole
except ModuleNotFoundError as missing:
    sys.exit(f"{sys.executable}: {missing}. Type `make study`, or use the Python in .venv.")

Notebook = dict[str, Any]

_TITLE = re.compile(r"^# .+", re.MULTILINE)
_LESSON_LINK = re.compile(r"\]\((?=[0-9]{2}_\w+\.ipynb)")
_SOLUTION_LINK = re.compile(r"\]\((?!\w+:)[^)\s]*?solutions/([0-9]{2}_\w+)\.ipynb")


def copy_lessons(notebooks: Path, study: Path) -> list[str]:
    """Copy each lesson that is not in `study` yet, and bring the solutions there up to date.

    Returns: a line for each lesson copied, and for each file that was left as it is though what
    it was made from has changed.
    """
    for folder in (study, study / "solutions"):
        if os.path.lexists(folder) and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f"{folder.name} is no folder")
    ours = this_machine()
    lines = []
    for lesson in sorted(notebooks.glob("*.ipynb")):
        copy = study / lesson.name
        if not os.path.lexists(copy):
            write_whole(copy, as_text(for_writing(read(lesson), ours)))
            lines.append(f"{study.name}/{copy.name}: copied")
        elif (older := _made_from(copy)) != _made_from(lesson):
            lines.append(
                f"{study.name}/{copy.name}: "
                + ("older than its lesson" if older else "cannot be compared with its lesson")
                + "; to start over, rename your copy and run this again"
            )
    for solution in sorted((notebooks / "solutions").glob("*.ipynb")):
        copy = study / "solutions" / f"{solution.stem}_solution.ipynb"
        if not _keep_up(copy, as_text(for_reading(read(solution), ours))):
            lines.append(
                f"{study.name}/solutions/{copy.name}: written in, so it stays; "
                "for the solution, rename it and run this again"
            )
    return lines


def this_machine() -> Notebook:
    """What Jupyter writes into the metadata of a notebook that it runs here."""
    from ipykernel.ipkernel import IPythonKernel
    from jupyter_client.kernelspec import KernelSpecManager

    spec = KernelSpecManager().get_kernel_spec("python3")
    return {
        "kernelspec": {
            "display_name": spec.display_name,
            "language": spec.language,
            "name": "python3",
        },
        "language_info": IPythonKernel.language_info,
    }


def for_writing(lesson: Notebook, machine: Notebook) -> Notebook:
    """A lesson as nobody has run it yet, with its solutions beside it."""
    made = _for_here(lesson, machine)
    for cell in made["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
        else:
            _rewrite(cell, lambda text: _SOLUTION_LINK.sub(r"](solutions/\1_solution.ipynb", text))
    return made


def for_reading(solution: Notebook, machine: Notebook) -> Notebook:
    """A solution that says so, one folder below the lessons; sealed, so that a change is seen."""
    made = _for_here(solution, machine)
    for cell in made["cells"]:
        if cell["cell_type"] == "markdown":
            _rewrite(cell, lambda text: _LESSON_LINK.sub("](../", text))
    title = next((cell for cell in made["cells"] if _is_title(cell)), None)
    if title:
        _rewrite(title, lambda text: _TITLE.sub(r"\g<0> (solution)", text, count=1))
    made["metadata"]["workbook"]["seal"] = _seal(made)
    return made


def _for_here(notebook: Notebook, machine: Notebook) -> Notebook:
    """With this machine's kernel, and a cell below the title that speaks in any other."""
    cells = [cell for cell in notebook["cells"] if cell["id"] != SETUP_ID]
    setup = [
        cell | {"source": _lines(SETUP)} for cell in notebook["cells"] if cell["id"] == SETUP_ID
    ]
    below = next((place for place, cell in enumerate(cells, 1) if _is_title(cell)), 0)
    return notebook | {
        "cells": cells[:below] + setup + cells[below:],
        "metadata": notebook["metadata"] | machine,
    }


def _is_title(cell: Notebook) -> bool:
    return cell["cell_type"] == "markdown" and bool(_TITLE.search("".join(cell["source"])))


def _rewrite(cell: Notebook, change: Callable[[str], str]) -> None:
    cell["source"] = _lines(change("".join(cell["source"])))


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _seal(notebook: Notebook) -> str:
    """A hash of all that a notebook says, but for the hash itself."""
    said = dict(notebook["metadata"]["workbook"])
    said.pop("seal", None)
    plain = notebook | {"metadata": notebook["metadata"] | {"workbook": said}}
    return hashlib.sha256(as_text(plain)).hexdigest()[:16]


def _keep_up(copy: Path, wanted: bytes) -> bool:
    """Have the solution `wanted` stand there, to be read only; False if a file stays that differs.

    A file that is not sealed, or was changed under its seal, is somebody's own.
    """
    if os.path.lexists(copy):
        try:
            stands = copy.read_bytes()
            found = json.loads(stands)
            is_ours = stands == wanted or found["metadata"]["workbook"]["seal"] == _seal(found)
        except (OSError, ValueError, KeyError, TypeError):
            is_ours = False
        if not is_ours:
            return False
        if stands != wanted:
            copy.chmod(0o644)  # Windows replaces no file that may only be read
            write_whole(copy, wanted)
    else:
        write_whole(copy, wanted)
    copy.chmod(0o444)
    return True


def read(path: Path) -> Notebook:
    """The notebook in a file. Raises: OSError, ValueError if there is none."""
    found: Notebook = json.loads(path.read_text(encoding="utf-8"))
    return found


def as_text(notebook: Notebook) -> bytes:
    """As Jupyter stores it."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _made_from(path: Path) -> str:
    """The hash of the lesson's text that `build.notebook` stored; editors keep it."""
    try:
        return str(read(path)["metadata"]["workbook"]["lesson"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""  # the reader's own file: whatever it is, it stays


def main(arguments: Sequence[str]) -> int:
    """The command line; returns the exit status."""
    study = Path(arguments[0]).expanduser() if arguments else ROOT / "study"
    try:
        lines = copy_lessons(ROOT / "notebooks", study)
    except OSError as error:
        print(
            f"The lessons cannot be copied to {study} ({error.strerror}). "
            "Choose another folder: make lab STUDY=~/lessons",
            file=sys.stderr,
        )
        return 1
    for line in lines:
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
