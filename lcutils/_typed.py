"""What a reader typed as an answer, also where Python cannot run it.

`answer = same` without quotes would end Run All with a NameError. In a cell that hands a name to
`lc.check`, `lc.quiz` or `lc.predict`, the line that sets this name goes wrong quietly: the answer
is then an `Unreadable`, which keeps the text, and the verdict speaks of it. No other line changes.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_VERBS = ("check", "quiz", "predict")
_QUOTES = " \t\n\"'`“”‘’„«»"
_IMPORT = "from lcutils._typed import Unreadable as {}"
_ANSWERS = (  # the name of an answer, in a cell that cannot be parsed
    r"""\bcheck\(\s*["'][^"']*["']\s*,\s*(\w+)\s*,?\s*\)""",
    r"\banswer\s*=\s*(\w+)\s*,?\s*\)",
)
_sources: dict[str, str] = {}  # id -> what was typed for it in the cell that runs now


@dataclass(frozen=True)
class Unreadable:
    """An answer that could not be run.

    Args:
        source: what stands right of the equals sign, without quotes around it.
        error: the name of what was raised, such as "NameError".
        message: its message.
    """

    source: str
    error: str
    message: str

    @classmethod
    def caught(cls, source: str, error: Exception) -> Unreadable:
        """The answer whose source raised this."""
        try:
            message = str(error)
        except Exception:  # a reader's own class may do anything
            message = ""
        return cls(source.strip(_QUOTES), type(error).__name__, message)

    def __repr__(self) -> str:
        return f"{self.source} ({self.error}: {self.message})"


def source_of(id: str) -> str:
    """What the cell that runs now sets the answer to this id to, or "" if that is not known."""
    return _sources.get(id, "")


def listen() -> None:
    """Read the cells of this notebook from now on; without IPython there are none."""
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell: Any = get_ipython()
    if shell is None:
        return
    listener = _Listener()
    _put_last(shell.ast_transformers, listener)
    _put_last(shell.input_transformers_post, listener.read)


def _put_last(hooks: list[Any], hook: Any) -> None:
    """Add a hook, in place of the one that an earlier `start` added."""
    hooks[:] = [known for known in hooks if not _is_ours(known)]
    hooks.append(hook)


def _is_ours(hook: Any) -> bool:
    # by name, since %autoreload makes a new class
    return type(getattr(hook, "__self__", hook)).__qualname__ == _Listener.__qualname__


class _Listener(ast.NodeTransformer):
    """Reads a cell's text, then its syntax tree, in which it lets an answer's line fail."""

    def __init__(self) -> None:
        self._text = ""

    def read(self, lines: list[str]) -> list[str]:
        """The lines of a cell; an answer that is no Python becomes one that says so."""
        self._text = "".join(lines)
        return lines if _parsed(self._text) else _readable(lines)

    def visit_Module(self, cell: ast.Module) -> ast.Module:
        """A cell about to run: keep what it sets each answer to, and let these lines fail."""
        _sources.clear()
        latest: dict[str, ast.Assign | None] = {}  # name -> the line that sets it, if that is all
        lines: list[tuple[str, ast.Assign]] = []
        asked: list[str] = []
        for statement in cell.body:
            for verb, id, name in _asked(statement):
                asked.append(name)
                line = latest.get(name)
                if line is None or isinstance(line.value, ast.Constant):  # its value says it all
                    continue
                if line.lineno != line.end_lineno and verb != "check":
                    continue
                lines.append((name, line))
                _sources[id] = self._source(line.value)
            latest.update(dict.fromkeys(_stored(statement)))
            latest.update(_plain(statement))
        for name, line in lines:
            if line in cell.body and _times_read(cell, name) == asked.count(name):
                at = cell.body.index(line)
                cell.body[at] = _allowed_to_fail(name, line, self._source(line.value))
        return cell

    def _source(self, value: ast.expr) -> str:
        """An expression as it was typed, where this cell's text has it."""
        text = ast.get_source_segment(self._text, value) or ""
        tree = _parsed(f"({text})")
        is_it = tree and ast.dump(tree) == ast.dump(ast.Module([ast.Expr(value)], []))
        return text if is_it else ast.unparse(value)


def _parsed(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the reader sees them when the cell is compiled
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _asked(statement: ast.stmt) -> Iterator[tuple[str, str, str]]:
    """Verb, id and name for each call such as `lc.check("05.noise", noise)` in a statement."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for call in ast.walk(statement):
        if not (isinstance(call, ast.Call) and call.args):
            continue
        verb = getattr(call.func, "attr", getattr(call.func, "id", ""))
        id = getattr(call.args[0], "value", None)
        answers = [keyword.value for keyword in call.keywords if keyword.arg == "answer"]
        if verb == "check":
            answers += call.args[1:2]
        if verb in _VERBS and isinstance(id, str):
            yield from ((verb, id, answer.id) for answer in answers if isinstance(answer, ast.Name))


def _plain(statement: ast.stmt) -> dict[str, ast.Assign]:
    """A statement that sets one name, on one line and without reading it, by this name.

    A chain of lines is a list, which may go over several.
    """
    if isinstance(statement, ast.Assign) and (
        statement.lineno == statement.end_lineno or isinstance(statement.value, ast.List)
    ):
        name = getattr(statement.targets[0], "id", "")
        if name and len(statement.targets) == 1 and not _times_read(statement, name):
            return {name: statement}
    return {}


def _stored(statement: ast.stmt) -> Iterator[str]:
    """Every name that a statement may set."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name


def _times_read(tree: ast.AST, name: str) -> int:
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name)
    return sum(isinstance(node.ctx, ast.Load) for node in names)


def _allowed_to_fail(name: str, line: ast.Assign, source: str) -> ast.stmt:
    """The line, and what becomes of the name if it raises; no other name is left behind."""
    made = f"{name} = {name}.caught({source!r}, _lc_error)"
    text = f"try: 0\nexcept Exception as _lc_error:\n {_IMPORT.format(name)}\n {made}"
    attempt = ast.parse(text).body[0]
    assert isinstance(attempt, ast.Try)
    for node in ast.walk(attempt):
        ast.copy_location(node, line)
    attempt.body = [line]
    return attempt


def _readable(lines: list[str]) -> list[str]:
    """Lines that are no Python, with the text of an answer in place of the answer that is none.

    They come back as they are if something else is wrong as well.
    """
    text = "".join(lines)
    names = {name for pattern in _ANSWERS for name in re.findall(pattern, text)}
    changed = []
    for line in lines:
        name, equals, value = (part.strip() for part in line.partition("="))
        value = value.partition("#")[0]
        if line.startswith(tuple(names)) and name in names and value and not _parsed(value):
            made = f"{name}({value.strip(_QUOTES)!r}, 'SyntaxError', 'invalid syntax')"
            line = f"{_IMPORT.format(name)}; {name} {equals} {made}\n"
        changed.append(line)
    return changed if _parsed("".join(changed)) else lines
