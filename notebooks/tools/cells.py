"""From the text of a source to its cells, and what each edition keeps of a cell's code."""

from __future__ import annotations

import ast
import io
import json
import re
import textwrap
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

TAGS = ["exercise", "solution", "after-prediction", "hide-input"]
TAGS += ["nbval-ignore-output", "raises-exception"]

SETUP_ID = "setup"  # the generated cell below the title
_HEAD = re.compile(r'# %%( \[markdown\])? id="([^"]*)"(?: tags=(\[.*\]))?\s*')
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MARKER = re.compile(r"( *)### (BEGIN|END) (SOLUTION|STUDENT|HIDDEN TESTS)")
_NEARLY_MARKER = re.compile(r"^\s*###|\b(BEGIN|END)[\W_]*(SOLUTION|STUDENT|HIDDEN)", re.IGNORECASE)
CALL = re.compile(r'\blc\.(check|predict|quiz)\(\s*"([^"]*)"')
_ASKS = ("predict", "quiz")


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


def read_cells(text: str, file: str) -> list[Cell]:
    """The cells of a source in percent format, each with an id and tags that the rules allow."""
    lines = text.split("\n")
    heads = [i for i, line in enumerate(lines) if line.startswith("# %%")]
    if not heads or any(line.strip() for line in lines[: heads[0]]):
        raise BuildError(
            f'{file}:1: a source begins with the head of a cell, # %% [markdown] id="promise"'
        )
    cells = [_read_cell(lines[a:b], file, a + 1) for a, b in pairwise([*heads, len(lines)])]
    seen = {SETUP_ID}
    for cell in cells:
        if cell.id in seen:
            raise cell.error("this id is taken by a cell above")
        seen |= {cell.id, asked_id(cell)} if asks(cell) else {cell.id}
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


def asks(cell: Cell) -> str:
    """The id of the question or prediction that a code cell asks, if it does."""
    calls = CALL.findall(cell.source) if cell.kind == "code" else []
    return next((id for verb, id in calls if verb in _ASKS), "")


def is_folded(cell: Cell) -> bool:
    """Whether a code cell shows only what it prints: its source would tell, or only draws."""
    return cell.kind == "code" and not {"hide-input", "after-prediction"}.isdisjoint(cell.tags)


def asked_id(cell: Cell) -> str:
    """The id of the generated cell above a cell that asks."""
    return f"{cell.id}-asked"


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


def student_source(cell: Cell, form: str = "") -> str:
    """The code with its solutions taken out: a STUDENT block or NotImplementedError instead.

    Args:
        form: where a cell asks, what is to be typed; `answer = None  # form` is then instead.
    """
    kept: list[str] = []
    before = None
    parts = regions(cell)
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        if part.kind == "":
            kept += part.lines
        elif form and part.kind == "STUDENT":
            raise cell.error("what it asks is known, so leave the STUDENT block out", part.below)
        elif form and part.kind == "SOLUTION":
            kept.append(_line_to_answer(cell, part, form))
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


def _line_to_answer(cell: Cell, region: Region, form: str) -> str:
    """`answer = None` with the comment behind the author's answer, or else with the form."""
    text = textwrap.dedent("\n".join(region.lines))
    try:
        (line,) = ast.parse(text).body
    except (SyntaxError, ValueError):
        line = None
    if not (isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)):
        raise cell.error("where a cell asks, the SOLUTION is one line: answer = ...", region.below)
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return f"{region.indent}{line.targets[0].id} = None  {comments[0] if comments else f'# {form}'}"


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


def check_code(cell: Cell) -> None:
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
