"""Builds both editions of each lesson from its one source.

    python notebooks/tools/build.py              those whose cells differ from their source
    python notebooks/tools/build.py 05 --force   lesson 05, whether it differs or not
    python notebooks/tools/build.py --check      only says which differ; runs and writes nothing

text -> cells -> editions -> notebooks -> executed -> cleaned -> text: a function for each arrow.
Only `execute` starts a kernel and only `write_whole` writes, once both editions of a lesson have
come through every step.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from cells import BuildError, Cell, is_folded, read_cells
from editions import ROOT, SOURCES, editions, environment, lesson_sources, with_lessons
from lcutils._files import write_whole
from lcutils.exercises import catalogue

MAX_BYTES = 300_000
CELL_SECONDS = 60
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def notebook(cells: Sequence[Cell]) -> NotebookNode:
    """The notebook of these cells, not yet run. Its metadata holds a hash of what it says."""
    made = []
    for cell in cells:
        new = nbformat.v4.new_code_cell if cell.kind == "code" else nbformat.v4.new_markdown_cell
        node = new(source=cell.source, id=cell.id)
        if cell.tags:
            node.metadata["tags"] = list(cell.tags)
        if is_folded(cell):
            node.metadata["jupyter"] = {"source_hidden": True}
        made.append(node)
    said = json.dumps([[cell.kind, cell.id, cell.tags, cell.source] for cell in cells])
    return nbformat.v4.new_notebook(
        cells=made,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"file_extension": ".py", "name": "python"},
            "workbook": {"lesson": hashlib.sha256(said.encode()).hexdigest()[:16]},
        },
    )


def execute(wanted: NotebookNode, folder: Path) -> NotebookNode:
    """The notebook with its outputs, run from top to bottom by a new kernel in `folder`."""
    made = nbformat.from_dict(wanted)
    running = ["before its first cell"]
    client = NotebookClient(
        made,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,  # times differ in every run
        coalesce_streams=True,  # how a stream is cut into messages differs as well
        shutdown_kernel="immediate",
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # it warns that it listens on loopback
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=lambda cell, cell_index: running.append(f"cell '{cell.id}'"),
    )
    try:
        with tempfile.TemporaryDirectory() as profile:
            asyncio.run(client.async_execute(env=environment() | {"IPYTHONDIR": profile}))
    except CellExecutionError as error:
        raise BuildError(f"{running[-1]}: {error.ename}: {error.evalue}") from None
    except CellTimeoutError:
        raise BuildError(f"{running[-1]}: stopped after {CELL_SECONDS} s") from None
    except DeadKernelError:
        raise BuildError(f"{running[-1]}: the kernel died") from None
    made.metadata = wanted.metadata  # the client has put this Python's version into it
    return made


def cleaned(ran: NotebookNode, student: bool, stored: NotebookNode | None = None) -> NotebookNode:
    """What is kept of a run: the same bytes each time, and nothing that spoils a prediction.

    Args:
        stored: the notebook as it stands; a cell whose output is a timing keeps what it shows
            there, as long as its source is the same.
    """
    made = nbformat.from_dict(ran)
    old = {(cell.id, cell.source): cell for cell in stored.cells} if stored else {}
    for cell in made.cells:
        if cell.cell_type != "code":
            continue
        tags = cell.metadata.get("tags", [])
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k != "execution"})
        if student and "after-prediction" in tags:
            cell.outputs, cell.execution_count = [], None
        elif "nbval-ignore-output" in tags and (cell.id, cell.source) in old:
            cell.outputs = old[cell.id, cell.source].outputs
        for output in cell.outputs:
            if output.output_type == "error":
                output.traceback = []  # paths, and colours of the terminal
            output.get("data", {}).pop(WIDGET_VIEW, None)  # it names a model of this one kernel
    return made


_UNSAFE = [
    ("the path of this checkout", re.compile(re.escape(str(ROOT)))),
    ("a memory address, different in each run", re.compile(r"0x[0-9a-f]{6,}")),
    ("a path of this machine", re.compile(r"(?<!\w)(/(home|root|tmp|Users|var)/|[A-Z]:\\)\w")),
    ("a script", re.compile(r"<script|javascript:", re.IGNORECASE)),
    ("an event attribute", re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE)),
]


def refuse_unsafe(made: NotebookNode) -> None:
    """Stop at a memory address, a path of this machine, a script, or too many bytes."""
    for cell in made.cells:
        for text in [cell.source, *_output_texts(cell)]:
            for what, pattern in _UNSAFE:
                if found := pattern.search(text):
                    raise BuildError(f"cell '{cell.id}': {what}: {_line_around(text, found)}")
    if (size := len(as_text(made).encode())) > MAX_BYTES:
        largest = max(made.cells, key=lambda cell: len(json.dumps(cell)))
        raise BuildError(f"{size} bytes, {MAX_BYTES} allowed; the largest cell is '{largest.id}'")


def _output_texts(cell: NotebookNode) -> Iterator[str]:
    for output in cell.get("outputs", []):
        yield from (output.get(key, "") for key in ("text", "evalue"))
        for kind, data in output.get("data", {}).items():
            if not kind.startswith("image/png"):
                yield data if isinstance(data, str) else json.dumps(data)


def _line_around(text: str, found: re.Match[str]) -> str:
    return text[: found.end() + 40].split("\n")[text[: found.start()].count("\n")].strip()[-100:]


def as_text(made: NotebookNode) -> str:
    """The notebook as it is stored."""
    return nbformat.writes(made, version=4) + "\n"


def edition_cells(source: Path) -> tuple[list[Cell], list[Cell], list[Cell]]:
    """The cells of a source, of its student and of its solution edition."""
    cells = read_cells(source.read_text(encoding="utf-8"), f"{source.parent.name}/{source.name}")
    cells = with_lessons(cells, source.parent)
    return cells, *editions(cells, source.stem, catalogue())


def plan(source: Path) -> dict[Path, NotebookNode]:
    """Where the two editions of a source go, and what they say, not yet run."""
    _, student, solution = edition_cells(source)
    folder = source.parent.parent
    return {
        folder / f"{source.stem}.ipynb": notebook(student),
        folder / "solutions" / f"{source.stem}.ipynb": notebook(solution),
    }


def stale(path: Path, wanted: NotebookNode) -> str:
    """Why the stored notebook is not what its source builds; empty if it is. Runs nothing."""
    if not path.exists():
        return "not built yet"
    stored = nbformat.read(path, as_version=4)
    for has, wants in zip(stored.cells, wanted.cells, strict=False):
        if (has.id, has.cell_type, has.source, has.metadata) != (
            (wants.id, wants.cell_type, wants.source, wants.metadata)
        ):
            return f"cell '{has.id}' is not what the source builds"
    if len(stored.cells) != len(wanted.cells) or stored.metadata != wanted.metadata:
        return "its cells or metadata are not what the source builds"
    return ""


def build(source: Path) -> None:
    """Build both editions of a source, side by side, and write them."""

    def finish(item: tuple[Path, NotebookNode]) -> tuple[Path, str]:
        path, wanted = item
        path.parent.mkdir(exist_ok=True)
        stored = nbformat.read(path, as_version=4) if path.exists() else None
        try:
            made = cleaned(execute(wanted, path.parent), path.parent.name != "solutions", stored)
            refuse_unsafe(made)
            nbformat.validate(made)
        except BuildError as error:
            raise BuildError(f"{path.parent.name}/{path.name}: {error}") from None
        return path, as_text(made)

    with ThreadPoolExecutor(2) as pool:
        finished = list(pool.map(finish, plan(source).items()))
    for path, text in finished:
        write_whole(path, text.encode())


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("lesson", nargs="*", help="two digits, such as 05; all if none is given")
    parser.add_argument("--check", action="store_true", help="only say which are stale")
    parser.add_argument("--force", action="store_true", help="build even what is not stale")
    options = parser.parse_args(arguments)
    try:
        sources = lesson_sources(SOURCES, options.lesson)
    except ValueError as error:
        parser.error(str(error))
    status = 0
    for source in sources:
        try:
            reasons = {path.name: stale(path, wanted) for path, wanted in plan(source).items()}
            reason = next(filter(None, reasons.values()), "")
            if options.check:
                print(f"{source.stem}: {reason or 'fresh'}")
                status |= bool(reason)
            elif reason or options.force:
                began = time.perf_counter()
                build(source)
                print(f"{source.stem}: built in {time.perf_counter() - began:.1f} s")
            else:
                print(f"{source.stem}: fresh")
        except BuildError as error:
            print(error, file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
