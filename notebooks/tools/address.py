"""Writes the address of the repository wherever the workbook has a use for it.

    python notebooks/tools/address.py https://github.com/OWNER/NAME

It goes into pyproject.toml, from which all else is made: links to Colab and to solutions on the
web, in the README's table and in both editions of each lesson. Until then there are none. Nothing
is run: what a lesson shows stays. Another address replaces the first.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

import build
import editions
from cells import SETUP_ID, BuildError
from editions import ROOT, lesson_sources, lessons, row
from lcutils._files import write_whole

_OWNER, _NAME = "[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}", "[A-Za-z0-9_.-]{1,100}"
_ADDRESS = re.compile(rf"https://github\.com/({_OWNER})/({_NAME})")
_URLS = re.compile(r"\[project\.urls\]\n(?:.+\n)+\n")
_BEFORE = "[tool.setuptools.packages.find]\n"
_ROW = re.compile(r"^\| ([0-9]{2}) \|.*$", re.MULTILINE)


def checked(text: str) -> str:
    """The address, without what browsers and git put behind it. Raises: ValueError if none."""
    found = _ADDRESS.fullmatch(text.strip().rstrip("/").removesuffix(".git"))
    if not found or found[1] == "OWNER" or not found[2].strip("."):
        raise ValueError(
            f"{text!r} is no address of a repository. "
            "Type make address URL=https://github.com/OWNER/NAME, with your names in it."
        )
    return found[0]


def changes(root: Path) -> dict[Path, str]:
    """The files that are to change, and what they say then, with the address in `editions`.

    Raises: BuildError where a lesson is not what its source builds, the address left aside.
    """
    texts = {root / "pyproject.toml": _project, root / "README.md": _readme}
    made = {path: change(path.read_text(encoding="utf-8"), root) for path, change in texts.items()}
    for source in lesson_sources(root / "notebooks" / "source", []):
        for path, wanted in build.plan(source).items():
            stored = nbformat.read(path, as_version=4)
            made[path] = build.as_text(_said_anew(stored, wanted, path))
    return {path: text for path, text in made.items() if text != path.read_text(encoding="utf-8")}


def _project(text: str, root: Path) -> str:
    urls = f'[project.urls]\nRepository = "{editions.REPOSITORY}"\n\n'
    return _URLS.sub("", text).replace(_BEFORE, urls + _BEFORE)


def _readme(text: str, root: Path) -> str:
    rows = {x.number: row(x, "notebooks/") for x in lessons(root / "notebooks" / "source")}
    return _ROW.sub(lambda found: rows.get(found[1], found[0]), text)


def _said_anew(stored: NotebookNode, wanted: NotebookNode, path: Path) -> NotebookNode:
    """What was run, with the texts of `wanted`: only those may differ that have an address."""
    for has, wants in zip(stored.cells, wanted.cells, strict=False):
        is_same = (has.id, has.cell_type) == (wants.id, wants.cell_type)
        may_differ = wants.cell_type == "markdown" or wants.id == SETUP_ID
        if not is_same or not (may_differ or has.source == wants.source):
            break
        has.source = wants.source
    else:
        if len(stored.cells) == len(wanted.cells):
            stored.metadata = wanted.metadata
            return stored
    raise BuildError(f"{path.name} is not what its source builds. Type make notebooks first.")


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """The command line; returns the exit status."""
    try:
        editions.REPOSITORY = checked(arguments[0] if arguments else "")
        changed = changes(root)
    except (BuildError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    for path, text in changed.items():
        write_whole(path, text.encode())
    print(f"{editions.REPOSITORY}: {len(changed)} files changed")
    if changed:
        print(f"The links lead to the tag v{editions.VERSION}: commit, tag, push both.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
