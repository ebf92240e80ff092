"""From the text of a lesson's source to the cells of its two editions. Nothing is run here."""

from __future__ import annotations

import ast
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "notebooks" / "source"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPOSITORY, VERSION = PROJECT["urls"]["Repository"], PROJECT["version"]

# One seed, one thread, no failed claim: what is stored is what any machine prints.
MODES = {"LC_SEED": "0", "LC_STRICT": "1", "LC_THREADS": "1"}
MODES |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}

TAGS = ["exercise", "solution", "after-prediction", "hide-input"]
TAGS += ["nbval-ignore-output", "raises-exception"]

COLAB = f"""\
# Installs the workbook's helper package in Colab. Anywhere else it does nothing.
import subprocess
import sys

if "google.colab" in sys.modules:
    address = "git+{REPOSITORY}@v{VERSION}"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", address]
    subprocess.run(command, check=True)"""

_FIRST = "colab"  # the id of the generated cell
_HEAD = re.compile(r'# %%( \[markdown\])? id="([^"]*)"(?: tags=(\[.*\]))?\s*')
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MARKER = re.compile(r"( *)### (BEGIN|END) (SOLUTION|STUDENT|HIDDEN TESTS)")
_NEARLY_MARKER = re.compile(r"^\s*###|\b(BEGIN|END)[\W_]*(SOLUTION|STUDENT|HIDDEN)", re.IGNORECASE)
_CALL = re.compile(r'\blc\.(check|predict|quiz)\(\s*"([^"]*)"')
_TITLE = re.compile(r"# # [0-9]{2} · (.+)\n#\n# \*\*(.+)\*\*\n")
_LESSONS = re.compile(r"\{\{(map|links|clicks)\}\}")
_WEB = f"{REPOSITORY}/blob/v{VERSION}/notebooks"
_IN_COLAB = _WEB.replace("https://github.com/", "https://colab.research.google.com/github/")
_HINTS = "{{hints}}"  # in the markdown cell below an exercise: its hints, then its solution


def environment() -> dict[str, str]:
    """What a lesson runs in: this machine's variables, the modes, and this checkout's lcutils."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return ours | MODES | {"PYTHONPATH": str(ROOT)}


class BuildError(Exception):
    """A source, or what it printed, breaks a rule: says where. Nothing has been written."""


@dataclass(frozen=True)
class Cell:
    """One cell of a source or of an edition; `line` is where its text begins in `file`."""

    kind: str  # "code" or "markdown"
    id: str
    tags: tuple[str, ...]
    source: str
    file: str
    line: int

    def error(self, message: str, below: int = 0) -> BuildError:
        """`message`, at the line of the source that is `below` lines below the cell's first."""
        return BuildError(f"{self.file}:{self.line + below}: cell '{self.id}': {message}")

    @property
    def exercise(self) -> str:
        """The id of its exercise: `05.additive_scan` lives in cell `05-additive_scan`."""
        return self.id.replace("-", ".", 1)


def lesson_sources(folder: Path, numbers: Sequence[str]) -> list[Path]:
    """The sources of these lessons, such as "05", or of all if none is named.

    Raises: ValueError naming the lessons that have no source.
    """
    sources = sorted(folder.glob("[0-9][0-9]_*.py"))
    if missing := set(numbers) - {source.name[:2] for source in sources}:
        raise ValueError(f"no source of lesson {', '.join(sorted(missing))}")
    return [source for source in sources if not numbers or source.name[:2] in numbers]


@dataclass(frozen=True)
class Lesson:
    """What a lesson's first cell says of it."""

    name: str  # 05_memory
    title: str
    question: str

    @property
    def number(self) -> str:
        """Its two digits."""
        return self.name[:2]


def lessons(folder: Path) -> list[Lesson]:
    """The lessons that have a source, in order: the course map.

    Raises: BuildError for one whose first cell does not begin with its title and question.
    """
    found = []
    for source in lesson_sources(folder, []):
        said = _TITLE.search(source.read_text(encoding="utf-8"))
        if not said:
            raise BuildError(
                f"{source.name}: it begins with '# # 05 · Title' and '# **Question?**'"
            )
        found.append(Lesson(source.stem, said[1], said[2]))
    return found


def with_lessons(cells: Sequence[Cell], folder: Path) -> list[Cell]:
    """The cells with `{{map}}`, `{{links}}` and `{{clicks}}` filled in: the lessons that exist.

    The map has all of the folder's lessons but 00; links and clicks have those that are boxes of
    the chart in the same cell, named like l05.
    """
    if not any(_LESSONS.search(cell.source) for cell in cells):
        return list(cells)
    listed = [lesson for lesson in lessons(folder) if lesson.number != "00"]

    def filled(cell: Cell) -> Cell:
        charted = [lesson for lesson in listed if f"l{lesson.number}[" in cell.source]
        fields = {
            "map": "| | lesson | it asks |\n|---|---|---|\n" + "\n".join(map(_row, listed)),
            "links": ", ".join(_link(x, f"{x.number} · {x.title}") for x in charted),
            "clicks": "\n  ".join(f'click l{x.number} "{_WEB}/{x.name}.ipynb"' for x in charted),
        }
        return replace(cell, source=_LESSONS.sub(lambda field: fields[field[1]], cell.source))

    return [filled(cell) if cell.kind == "markdown" else cell for cell in cells]


def _row(lesson: Lesson) -> str:
    in_colab = f"[in Colab]({_IN_COLAB}/{lesson.name}.ipynb)"  # where a path leads nowhere
    return f"| {lesson.number} | {_link(lesson, lesson.title)} ({in_colab}) | {lesson.question} |"


def _link(lesson: Lesson, words: str) -> str:
    return f"[{words}]({lesson.name}.ipynb)"


def read_cells(text: str, file: str) -> list[Cell]:
    """The cells of a source in percent format, each with an id and tags that the rules allow."""
    lines = text.split("\n")
    heads = [i for i, line in enumerate(lines) if line.startswith("# %%")]
    if not heads or any(line.strip() for line in lines[: heads[0]]):
        raise BuildError(
            f'{file}:1: a source begins with the head of a cell, # %% [markdown] id="promise"'
        )
    cells = [_read_cell(lines[a:b], file, a + 1) for a, b in pairwise([*heads, len(lines)])]
    seen = {_FIRST}
    for cell in cells:
        if cell.id in seen:
            raise cell.error("this id is taken by a cell above")
        seen.add(cell.id)
    return cells


def _read_cell(lines: list[str], file: str, number: int) -> Cell:
    head = _HEAD.fullmatch(lines[0])
    if not head:
        raise BuildError(
            f'{file}:{number}: a head reads # %% id="a-name" or # %% [markdown] id="a-name", '
            f'then tags=["..."] where needed; this is {lines[0]}'
        )
    body = lines[1:]
    while body and not body[0].strip():
        body, number = body[1:], number + 1
    kind = "markdown" if head[1] else "code"
    cell = Cell(kind, head[2], _read_tags(head[3]), "\n".join(body).rstrip(), file, number + 1)
    if not _ID.fullmatch(cell.id):
        raise cell.error("an id is lower-case letters, digits, - and _, at most 64")
    if unknown := [tag for tag in cell.tags if tag not in TAGS]:
        raise cell.error(f"unknown tag {unknown[0]!r}; the tags are {', '.join(TAGS)}")
    if not cell.source:
        raise cell.error("the cell is empty")
    return _uncommented(cell) if kind == "markdown" else cell


def _read_tags(text: str | None) -> tuple[str, ...]:
    try:
        return tuple(str(tag) for tag in json.loads(text or "[]"))
    except json.JSONDecodeError:
        return (text or "",)  # refused as an unknown tag, where the cell's place is known


def _uncommented(cell: Cell) -> Cell:
    lines = cell.source.split("\n")
    for below, line in enumerate(lines):
        if line.strip() and not (line == "#" or line.startswith("# ")):
            raise cell.error("a line of markdown begins with '# '", below)
        if _NEARLY_MARKER.search(line):
            raise cell.error("a marker of a region stands in code only", below)
    return replace(cell, source="\n".join(line[2:].rstrip() for line in lines).strip("\n"))


@dataclass(frozen=True)
class Region:
    """A stretch of a code cell: SOLUTION, STUDENT, HIDDEN TESTS, or plain (no kind)."""

    kind: str
    indent: str
    below: int
    lines: list[str]


def regions(cell: Cell) -> list[Region]:
    """A code cell in its regions, in order, without the markers' own lines.

    Raises: BuildError where markers are nested, unbalanced or misspelt.
    """
    found = [Region("", "", 0, [])]
    for below, line in enumerate(cell.source.split("\n")):
        marker = _MARKER.fullmatch(line.rstrip())
        if not marker:
            if _NEARLY_MARKER.search(line):
                raise cell.error(f"not a marker, but like one: {line.strip()}", below)
            found[-1].lines.append(line)
            continue
        indent, act, kind = marker.groups()
        if act == "BEGIN" and found[-1].kind:
            raise cell.error(f"BEGIN {kind} inside {found[-1].kind}", below)
        if act == "END" and found[-1].kind != kind:
            raise cell.error(f"END {kind} without its BEGIN", below)
        found.append(Region(kind if act == "BEGIN" else "", indent, below, []))
    if found[-1].kind:
        raise cell.error(f"BEGIN {found[-1].kind} without its END", found[-1].below)
    return [region for region in found if region.kind or any(map(str.strip, region.lines))]


def student_source(cell: Cell) -> str:
    """The code with its solutions taken out: a STUDENT block or NotImplementedError instead."""
    kept: list[str] = []
    before = None
    parts = regions(cell)
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        if part.kind == "":
            kept += part.lines
        elif part.kind == "SOLUTION" and after and after.kind == "STUDENT":
            kept += _uncommented_block(cell, after)
        elif part.kind == "SOLUTION":
            kept.append(
                f'{part.indent}raise NotImplementedError("{cell.exercise}: not written yet")'
            )
        elif part.kind == "STUDENT" and (before is None or before.kind != "SOLUTION"):
            raise cell.error("a STUDENT block stands directly below its SOLUTION", part.below)
        before = part
    return "\n".join(kept).strip("\n")


def _uncommented_block(cell: Cell, region: Region) -> Iterator[str]:
    for below, line in enumerate(region.lines, region.below + 1):
        code = re.fullmatch(r"( *)#(?: (.*))?|", line.rstrip())
        if not code:
            raise cell.error("in a STUDENT block each line is commented: '# ...'", below)
        yield (code[1] or "") + code[2] if code[2] else ""


def solution_source(cell: Cell) -> str:
    """The code as its author runs it, without markers and STUDENT blocks."""
    kept = [line for part in regions(cell) if part.kind != "STUDENT" for line in part.lines]
    return "\n".join(kept).strip("\n")


def editions(
    cells: Sequence[Cell], name: str, hints: Mapping[str, Sequence[str]]
) -> tuple[list[Cell], list[Cell]]:
    """The cells of the student and of the solution edition of the lesson `name`.

    Args:
        hints: exercise's id -> its hints, as the verdict shows them
    """
    first = Cell("code", _FIRST, ("hide-input",), COLAB, "notebooks/tools/editions.py", 1)
    student, solution = [first], [first]
    exercise: Cell | None = None
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        if "exercise" in cell.tags:
            exercise = cell
            _check_exercise(cell, after)
        if cell.kind == "code":
            mine, full = student_source(cell), solution_source(cell)
        else:
            mine = full = cell.source
        if cell.kind == "markdown" and _HINTS in cell.source:
            if exercise is None or exercise.exercise not in hints:
                raise cell.error(f"{_HINTS} stands below an exercise that has some")
            folded = _folded(hints[exercise.exercise])
            mine = mine.replace(_HINTS, folded + _solution_link(name, exercise))
            full = full.replace(_HINTS, folded + "\n*The exercise above holds its solution.*")
        if "solution" not in cell.tags:
            student.append(replace(cell, source=mine))
        solution.append(replace(cell, source=full))
    for cell in student:
        if cell.kind == "code" and "SOLUTION" in cell.source:
            raise cell.error("SOLUTION would stand in the code of the student edition")
    for cell in [*student, *solution]:
        if cell.kind == "code":
            _check_code(cell)
    return student, solution


def _check_exercise(cell: Cell, after: Cell | None) -> None:
    calls = _CALL.findall(cell.source)
    if wrong := [id for _, id in calls if id != cell.exercise]:
        raise cell.error(f"it asks {wrong[0]}, so its id is '{wrong[0].replace('.', '-', 1)}'")
    is_checked = any(verb == "check" for verb, _ in calls)
    if is_checked and (after is None or after.kind != "markdown" or _HINTS not in after.source):
        raise cell.error(f"the next cell is markdown and begins with {_HINTS}")


def _folded(hints: Sequence[str]) -> str:
    return "".join(
        f"<details><summary>Hint {number}</summary>\n\n{hint}\n\n</details>\n"
        for number, hint in enumerate(hints, 1)
    )


def _solution_link(name: str, exercise: Cell) -> str:
    path = f"solutions/{name}.ipynb"
    return f"\n[Solution](../notebooks/{path}#cell-id={exercise.id}) ([on the web]({_WEB}/{path}))"


def _check_code(cell: Cell) -> None:
    """Refuse what is not Python, and a stub that stops the notebook or has lost its docstring."""
    try:
        tree = ast.parse(cell.source)
    except SyntaxError as error:
        raise cell.error(f"not Python: {error.msg}: {(error.text or '').strip()}") from None
    in_functions: set[ast.AST] = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            in_functions.update(ast.walk(function))
            if _is_stub(function.body[-1]) and not ast.get_docstring(function):
                raise cell.error(f"{function.name}: its docstring stands above the SOLUTION")
    if any(_is_stub(node) and node not in in_functions for node in ast.walk(tree)):
        raise cell.error("outside a function a SOLUTION needs a STUDENT block")


def _is_stub(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise) and "not written yet" in ast.unparse(node)
