"""Makes what is handed out: lessons that carry their package, in a zip for a class.

    python notebooks/tools/handout.py            in the folder `dist`
    python notebooks/tools/handout.py FOLDER     in another one

FOLDER/long-context-workbook has the lessons as nobody has run them, each a file that needs nothing
else of the workbook's, and a page on how to begin; long-context-workbook.zip holds the same,
solutions.zip the solutions. Nothing is run, so any Python from 3.11 on will do.
"""

from __future__ import annotations

import base64
import html
import io
import lzma
import re
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

import editions
from editions import PROJECT, ROOT, SETUP_ID, SOURCES, VERSION, Lesson, lessons
from lcutils._files import write_whole
from study import Notebook, as_text, for_reading, for_writing, read

NAME = "long-context-workbook"
PAGE = Path(__file__).with_name("start.html")

_LINE = 4000  # signs of packed code: a shorter line makes a page longer where it is not folded
_NEEDED = [re.split("[<>=]", need)[0] for need in PROJECT["dependencies"]]
_SOLUTION = re.compile(
    r"\[Solution\]\([^)]*?(solutions/\w+)\.ipynb#[^)]*\)(?: \(\[on the web\]\([^)]*\)\))?"
)
_BESIDE = re.compile(r"\]\((?:\.\./)?([0-9]{2}_\w+)\.ipynb\)")
_READER = re.compile(r"# (?:What the package needs|To read the lessons).*\n(?:[^#\n].*\n)+")
_PIN = re.compile(r"^[\w.-]+==.*\n", re.MULTILINE)
_TORCH = re.compile(r"^torch==(\S+)", re.MULTILINE)
_YEAR = (1980, 1, 1, 0, 0, 0)  # the first that a zip can name: the same bytes at any time

CARRIED = '''\
# @title The workbook's package comes along
def _bring(packed: str) -> None:
    """Unpack lcutils into a temporary folder, where it is not installed."""
    import atexit, base64, io, lzma, os, shutil, sys, tempfile, zipfile
    from importlib.util import find_spec

    if find_spec("lcutils"):
        return
    if sys.version_info < (3, 11):
        raise RuntimeError("The workbook needs Python 3.11 to 3.13, and this is "
            f"{sys.version.split()[0]}.")
    needed = "$needed"
    missing = [name for name in needed.split() if not find_spec(name)]
    if missing:
        raise RuntimeError(f"This Python lacks {', '.join(missing)}. "
            f"Run in a cell of its own: %pip install {' '.join(missing)}")
    folder, mine = tempfile.mkdtemp(prefix="lcutils-"), os.getpid()
    atexit.register(lambda: os.getpid() == mine and shutil.rmtree(folder, ignore_errors=True))
    flat = lzma.decompress(base64.b64decode(packed))
    zipfile.ZipFile(io.BytesIO(flat)).extractall(folder)
    sys.path.append(folder)


_bring("""
$packed
""")'''


def carried() -> str:
    """The code below a lesson's title: it holds the package, and acts where that is absent."""
    flat = zipped(package(), zipfile.ZIP_STORED)
    text = base64.b64encode(lzma.compress(flat, preset=9 | lzma.PRESET_EXTREME)).decode()
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return Template(CARRIED).substitute(needed=" ".join(_NEEDED), packed="\n".join(lines))


def package() -> dict[str, bytes]:
    """The files of lcutils, and what says which versions of others it was tested with."""
    files = [x for x in (ROOT / "lcutils").rglob("*") if x.suffix in (".py", ".json")]
    needs = "".join(f"Requires-Dist: {need}\n" for need in PROJECT["dependencies"])
    about = f"Metadata-Version: 2.1\nName: lcutils\nVersion: {VERSION}\n{needs}"
    info = f"lcutils-{VERSION}.dist-info"
    found = {x.relative_to(ROOT).as_posix(): x.read_bytes() for x in files}
    found[f"{info}/METADATA"] = about.encode()
    found[f"{info}/LICENSE"] = (ROOT / "LICENSE").read_bytes()
    return found


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """These files as a zip, the same bytes whenever and wherever it is made."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as whole:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _YEAR)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # as Unix would
            whole.writestr(entry, content, compression)
    return made.getvalue()


def lesson_to_hand_out(lesson: Notebook, code: str) -> Notebook:
    """A lesson as nobody has run it, with `code` below its title and no link to its solution."""
    made = _carrying(for_writing(lesson, {}), code)
    for cell in made["cells"]:
        if cell["cell_type"] == "markdown":
            _say(cell, _SOLUTION.sub(r"*Solution: in `\1.ipynb`, once you have it.*", _said(cell)))
    return made


def solution_to_hand_out(solution: Notebook, code: str) -> Notebook:
    """A solution, run, with `code` below its title; its links lead to the solutions beside it."""
    made = _carrying(for_reading(solution, {}), code)
    del made["metadata"]["workbook"]["seal"]  # it is for the reader's folder `study`
    for cell in made["cells"]:
        if cell["cell_type"] == "markdown":
            _say(cell, _BESIDE.sub(r"](\1_solution.ipynb)", _said(cell)))
    return made


def _carrying(notebook: Notebook, code: str) -> Notebook:
    for cell in notebook["cells"]:
        if cell["id"] == SETUP_ID:
            _say(cell, code)
        if cell["metadata"].get("jupyter"):  # it is folded; in Colab this folds it
            cell["metadata"] = cell["metadata"] | {"cellView": "form"}
    return notebook


def _said(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _say(cell: dict[str, Any], text: str) -> None:
    cell["source"] = text.splitlines(keepends=True)


def requirements(pinned: str) -> str:
    """What a reader installs, of what is `pinned`."""
    wanted = "".join(re.sub("#.*\n", "", part) for part in _READER.findall(pinned))
    return f"""\
# For Python 3.11 to 3.13. On Linux PyTorch comes with gigabytes for GPUs, unless its build for
# CPUs is there already: START.html says how.
# Of what these bring, too, the versions that were tested:
-c constraints.txt
{wanted}"""


def start_page(pinned: str) -> str:
    """How to begin, with the versions that are `pinned`."""
    rows = "\n".join(map(_row, lessons(SOURCES)))
    address = html.escape(editions.REPOSITORY)
    home = f'<p>The whole workbook: <a href="{address}">{address}</a></p>' if address else ""
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        rows=rows, home=home, torch=_TORCH.findall(pinned)[0]
    )


def _row(lesson: Lesson) -> str:
    file, title, asks = map(html.escape, (lesson.file, lesson.title, lesson.question))
    cells = f"{title}<br><code>{file}</code>", asks, f"{lesson.minutes} minutes"
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def handouts(notebooks: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files for a class, and the solutions for later, by their names."""
    code = carried()
    pinned = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    given = {
        "START.html": start_page(pinned).encode(),
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
        "requirements.txt": requirements(pinned).encode(),
        "constraints.txt": "".join(_PIN.findall(pinned)).encode(),
    }
    later = {}
    for path in sorted(notebooks.glob("[0-9][0-9]_*.ipynb")):
        given[path.name] = as_text(lesson_to_hand_out(read(path), code))
        solution = read(path.parent / "solutions" / path.name)
        later[f"solutions/{path.stem}_solution.ipynb"] = as_text(
            solution_to_hand_out(solution, code)
        )
    return given, later


def main(arguments: Sequence[str]) -> int:
    """The command line; returns the exit status."""
    dist = Path(arguments[0]).expanduser() if arguments else ROOT / "dist"
    given, later = handouts(ROOT / "notebooks")
    made = {f"{NAME}/{name}": content for name, content in given.items()}
    made[f"{NAME}.zip"] = zipped(dict(made))
    made["solutions.zip"] = zipped(later)
    try:
        for old in (dist / NAME).glob("[0-9][0-9]_*.ipynb"):  # of a lesson that is gone
            old.unlink()
        for name, content in made.items():
            write_whole(dist / name, content)
    except OSError as error:
        print(f"{dist} cannot be written ({error.strerror}).", file=sys.stderr)
        return 1
    print(f"{dist / NAME}: {len(given)} files, and {dist / NAME}.zip for a class")
    print(f"{dist / 'solutions.zip'}: for later")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
