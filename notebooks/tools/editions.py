"""From the cells of a lesson's source to those of its two editions. Nothing is run here."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import asking
from cells import (
    CALL,
    BuildError,
    Cell,
    asked_id,
    asks,
    check_code,
    is_folded,
    solution_source,
    student_source,
)
from cells import SETUP_ID as SETUP_ID
from cells import read_cells as read_cells

if TYPE_CHECKING:
    from lcutils.exercises._catalogue import Entry

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "notebooks" / "source"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPOSITORY, VERSION = PROJECT.get("urls", {}).get("Repository", ""), PROJECT["version"]

# One seed, one thread, no failed claim: what is stored is what any machine prints.
MODES = {"LC_SEED": "0", "LC_STRICT": "1", "LC_THREADS": "1"}
MODES |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}

SETUP = """\
# Is the workbook's package here?
from importlib.util import find_spec

if not find_spec("lcutils"):
    raise RuntimeError("No package lcutils here. In Jupyter: Kernel, "
        "Change Kernel, Long-Context Workbook; or start by make lab.")"""
_COLAB = """\
if "google.colab" in sys.modules and not find_spec("lcutils"):
    at = "{address}@v{version}"
    get_ipython().system(f"pip install -q --no-deps 'git+{{at}}'")
el"""

_TITLE = re.compile(r"# # [0-9]{2} · (.+)\n#\n# \*\*(.+)\*\*\n")
_NEEDS = re.compile(r"# You need (.+)\.\n")
_MINUTES = re.compile(r"# The core path takes about (\d+) minutes[.;,]")
_LESSONS = re.compile(r"\{\{(map|links)\}\}|\n *\{\{(clicks)\}\}")
_SEEN = 44  # signs of a folded cell's first line that fit a narrow window
_HEAD = "| | lesson | it asks | minutes | you need |", "|---|---|---|---|---|"
_HINTS = "{{hints}}"  # in the markdown cell below an exercise: its hints, then its solution


def _web(path: str) -> str:
    """Where a file of `notebooks` can be read: nowhere, until `make address` has told."""
    return f"{REPOSITORY}/blob/v{VERSION}/notebooks/{path}" if REPOSITORY else ""


def setup() -> str:
    """The code below the title: it speaks where lcutils is missing, and in Colab installs it."""
    if not REPOSITORY:
        return SETUP
    colab = _COLAB.format(address=REPOSITORY, version=VERSION)
    return SETUP.replace("from importlib", "import sys\nfrom importlib").replace(
        "if ", f"{colab}if "
    )


def environment() -> dict[str, str]:
    """What a lesson runs in: this machine's variables, the modes, and this checkout's lcutils."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return ours | MODES | {"PYTHONPATH": str(ROOT)}


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
    needs: str
    minutes: int  # of the core path, as it says; `budget` counts them

    @property
    def number(self) -> str:
        """Its two digits."""
        return self.name[:2]

    @property
    def file(self) -> str:
        """Its notebook."""
        return f"{self.name}.ipynb"


def lessons(folder: Path) -> list[Lesson]:
    """The lessons that have a source, in order: the course map.

    Raises: BuildError for one whose first cell lacks its title and question, what it needs, or
        how long it takes.
    """
    found = []
    for source in lesson_sources(folder, []):
        first = source.read_text(encoding="utf-8").split("\n# %%", 2)[0]
        title, needs, minutes = (x.search(first) for x in (_TITLE, _NEEDS, _MINUTES))
        if not (title and needs and minutes):
            raise BuildError(
                f"{source.name}: its first cell begins with '# # 05 · Title' and '# **Question?**',"
                " and has the lines '# You need dot products.' and"
                " '# The core path takes about 75 minutes.'"
            )
        found.append(Lesson(source.stem, title[1], title[2], needs[1], int(minutes[1])))
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
        clicks = [f'\n  click l{x.number} "{web}"' for x in charted if (web := _web(x.file))]
        fields = {
            "map": "\n".join([*_HEAD, *map(row, listed)]),
            "links": ", ".join(f"[{x.number} · {x.title}]({x.file})" for x in charted),
            "clicks": "".join(clicks),
        }
        source = _LESSONS.sub(lambda field: fields[field[1] or field[2]], cell.source)
        return replace(cell, source=source)

    return [filled(cell) if cell.kind == "markdown" else cell for cell in cells]


def row(lesson: Lesson, folder: str = "") -> str:
    """A lesson's row in the table of lessons; its notebook is in `folder`, such as "notebooks/"."""
    link = f"[{lesson.title}]({folder}{lesson.file})"
    if web := _web(lesson.file):  # in Colab, where a path leads nowhere
        colab = web.replace("https://github.com/", "https://colab.research.google.com/github/")
        link += f" ([in Colab]({colab}))"
    cells = lesson.number, link, lesson.question, str(lesson.minutes), lesson.needs
    return f"| {' | '.join(cells)} |"


def editions(
    cells: Sequence[Cell], name: str, catalogue: Mapping[str, Entry]
) -> tuple[list[Cell], list[Cell]]:
    """The cells of the student and of the solution edition of the lesson `name`.

    Args:
        catalogue: exercises, questions and predictions by their ids
    """
    student: list[Cell] = []
    solution: list[Cell] = []
    exercise: Cell | None = None
    predicted = ""  # the id of the latest prediction
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        if "exercise" in cell.tags:
            exercise = cell
            _check_exercise(cell, after)
        mine = full = cell
        if cell.kind == "code":
            form = ""
            if id := asks(cell):
                entry = catalogue.get(id)
                if entry is None or not asking.is_asked(entry):
                    raise cell.error(f"{id} is no question and no prediction of the catalogue")
                text, form = asking.question(entry), asking.form(entry)
                asked = replace(cell, kind="markdown", id=asked_id(cell), tags=(), source=text)
                student.append(asked)
                solution.append(asked)
            if "lc.predict(" in cell.source:
                predicted = id
            mine = _headed(replace(cell, source=student_source(cell, form)))
            full = _headed(replace(cell, source=solution_source(cell)))
        elif "after-prediction" in cell.tags:
            if not predicted or _HINTS in cell.source:
                raise cell.error(f"after-prediction: below an lc.predict, and without {_HINTS}")
            mine = replace(cell, kind="code", source=asking.waiting(predicted, cell.source))
        elif _HINTS in cell.source:
            hints = getattr(catalogue.get(exercise.exercise), "hints", ()) if exercise else ()
            if exercise is None or not hints:
                raise cell.error(f"{_HINTS} stands below an exercise that has some")
            link = _solution_link(name, exercise)
            mine = _with_hints(cell, hints, link)
            full = _with_hints(cell, hints, "\n*The exercise above holds its solution.*")
        if "solution" not in cell.tags:
            student.append(mine)
        solution.append(full)
    for cell in student:
        if cell.kind == "code" and "SOLUTION" in cell.source:
            raise cell.error("SOLUTION would stand in the code of the student edition")
    for cell in [*student, *solution]:
        if cell.kind == "code":
            check_code(cell)
        first_line = cell.source.partition("\n")[0]
        if is_folded(cell) and len(first_line) > _SEEN:
            raise cell.error(f"it is folded, so its first line has at most {_SEEN} signs")
    begins_with_title = cells[0].kind == "markdown"
    return _with_setup(student, begins_with_title), _with_setup(solution, begins_with_title)


def _with_setup(cells: Sequence[Cell], begins_with_title: bool) -> list[Cell]:
    """The cells with the generated one below the title."""
    made = Cell("code", SETUP_ID, ("hide-input",), setup(), "notebooks/tools/editions.py", 1)
    below = 1 if begins_with_title else 0
    return [*cells[:below], made, *cells[below:]]


def _check_exercise(cell: Cell, after: Cell | None) -> None:
    calls = CALL.findall(cell.source)
    if wrong := [id for _, id in calls if id != cell.exercise]:
        raise cell.error(f"it asks {wrong[0]}, so its id is '{wrong[0].replace('.', '-', 1)}'")
    is_checked = any(verb == "check" for verb, _ in calls)
    if is_checked and (after is None or after.kind != "markdown" or _HINTS not in after.source):
        raise cell.error(f"the next cell is markdown and begins with {_HINTS}")


def _headed(cell: Cell) -> Cell:
    """A cell that waits for a guess, with a first line that says so: folded, it shows no other."""
    if "after-prediction" in cell.tags and not cell.source.startswith("#"):
        return replace(cell, source=f"{asking.FIRST_LINE}\n{cell.source}")
    return cell


def _with_hints(cell: Cell, hints: Sequence[str], below: str) -> Cell:
    folded = "".join(
        f"<details><summary>Hint {number}</summary>\n\n{hint}\n\n</details>\n"
        for number, hint in enumerate(hints, 1)
    )
    return replace(cell, source=cell.source.replace(_HINTS, folded + below))


def _solution_link(name: str, exercise: Cell) -> str:
    path = f"solutions/{name}.ipynb"
    on_the_web = f" ([on the web]({web}))" if (web := _web(path)) else ""
    return f"\n[Solution](../notebooks/{path}#cell-id={exercise.id}){on_the_web}"
