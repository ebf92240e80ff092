"""Counts how long the core path of each lesson takes, as a reader meets it.

python notebooks/tools/budget.py [05]
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from build import edition_cells
from cells import Cell, is_folded
from editions import SOURCES, lesson_sources

MORE = "## If you have more time"  # begins the cell that ends the core path
MOST_MINUTES, MOST_LINES, MOST_WORDS = 75, 120, 1_700
_A_MINUTE_EACH = {"prove", "refute", "derive", "predict", "quiz", "figure", "play", "watch"}
_FOLDED_TEXT = re.compile(r"<details>.*?</details>", re.DOTALL)
_WEB_LINK = re.compile(r" \(\[on the web\]\([^)]*\)\)")  # there since the workbook has an address
_EXERCISE_TAKES = re.compile(r"\*\*Exercise[^*]*\*\* \((\d+) minutes?\)")


@dataclass(frozen=True)
class Budget:
    """What a reader of a core path goes through.

    Args:
        words: of text, what is folded in it aside and what a prediction reveals included
        lines: of code that is not folded, the empty ones aside
        exercises: the minutes that the exercises say they take
        things: equations, predictions, questions and figures
    """

    words: int
    lines: int
    exercises: int
    things: int

    @property
    def minutes(self) -> int:
        """All together: 100 words or 8 lines a minute, exercises half as long again."""
        return round(self.words / 100 + self.lines / 8 + 1.5 * self.exercises + self.things)

    def over(self) -> list[str]:
        """What of it is more than an hour and a quarter holds."""
        counts = (
            ("minutes", self.minutes, MOST_MINUTES),
            ("open lines of code", self.lines, MOST_LINES),
            ("words", self.words, MOST_WORDS),
        )
        return [f"{n} {what}, at most {most}" for what, n, most in counts if n > most]


def budget(student: Sequence[Cell]) -> Budget:
    """What the core path of a student edition asks of its reader."""
    core = core_path(student)
    texts = [_unfolded(cell) for cell in core if cell.kind == "markdown"]
    codes = [cell for cell in core if cell.kind == "code"]
    calls = [call for cell in codes for call in _calls(cell)]
    texts += [text for cell in codes for text in _revealed(cell)]
    return Budget(
        words=sum(len(text.split()) for text in texts),
        lines=sum(map(_lines, (cell for cell in codes if not is_folded(cell)))),
        exercises=sum(int(n) for text in texts for n in _EXERCISE_TAKES.findall(text)),
        things=sum(ast.unparse(call.func).removeprefix("lc.") in _A_MINUTE_EACH for call in calls),
    )


def core_path(cells: Sequence[Cell]) -> Sequence[Cell]:
    """The cells before the one that begins the rest."""
    ends = (i for i, cell in enumerate(cells) if cell.source.startswith(MORE))
    return cells[: next(ends, len(cells))]


def _unfolded(cell: Cell) -> str:
    return _WEB_LINK.sub("", _FOLDED_TEXT.sub("", cell.source))


def _calls(cell: Cell) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]


def _revealed(cell: Cell) -> list[str]:
    """The texts that a prediction shows when it is answered, also those given by a name."""
    named = {
        target.id: node.value
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    reveals = [call for call in _calls(cell) if ast.unparse(call.func) == "lc.reveal"]
    shown = [argument for call in reveals for argument in call.args[1:]]
    return [
        _text(named.get(node.id, node) if isinstance(node, ast.Name) else node) for node in shown
    ]


def _text(node: ast.expr) -> str:
    """What an expression says, as far as it stands in the code."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_text, parts))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left) + _text(right)
    return ""


def _lines(cell: Cell) -> int:
    return sum(bool(line.strip()) for line in cell.source.split("\n"))


def main(numbers: Sequence[str]) -> None:
    """Print a line for each lesson, and what is too much in it."""
    print(f"{'lesson':<18}{'words':>7}{'lines':>7}{'exercises':>11}{'things':>8}{'minutes':>9}")
    for source in lesson_sources(SOURCES, numbers):
        _, student, _ = edition_cells(source)
        counted = budget(student)
        print(
            f"{source.stem:<18}{counted.words:>7}{counted.lines:>7}{counted.exercises:>11}"
            f"{counted.things:>8}{counted.minutes:>9}{'  over' if counted.over() else ''}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
