"""What several test files share."""

import linecache
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch
from nbformat import NotebookNode

from budget import core_path
from cells import Cell
from lcutils import nets


def assert_close(
    name: str, got: torch.Tensor, want: torch.Tensor, tolerance: float = 1e-10
) -> None:
    """Fail with the tensor's name and the place where it differs most.

    A tolerance wider than 1e-10 in float64 wants a comment at the call.
    """
    assert got.shape == want.shape, f"{name}: shape {list(got.shape)}, expected {list(want.shape)}"
    assert got.dtype == want.dtype, f"{name}: {got.dtype}, expected {want.dtype}"
    assert torch.isfinite(got).all(), f"{name}: not finite"
    if got.numel() == 0:
        return
    difference = (got - want).abs()
    worst = int(difference.argmax())
    place = [int(i) for i in torch.unravel_index(torch.tensor(worst), got.shape)]
    assert difference.max() <= tolerance, (
        f"{name}{place}: {got.flatten()[worst]:.12g}, expected {want.flatten()[worst]:.12g} "
        f"(off by {difference.max():.3g}, allowed {tolerance:g})"
    )


def assert_refused(
    error: type[Exception], message: str, call: Callable[..., object], *args: object, **options: Any
) -> None:
    """Fail unless the call raises this kind of error, with a message that begins so."""
    with pytest.raises(error) as caught:
        call(*args, **options)
    assert str(caught.value).startswith(message)


MODEL_OPTIONS: dict[Any, dict[str, Any]] = {  # what a small model of a rung takes besides
    "additive_memory": {"size": 7},
    "decay_memory": {"size": 7, "gamma": 0.9},
    "lstm": {"size": 7},
    "window_attention": {"window": 3, "sinks": 1},
    "least_squares": {"ridge": 0.1},
    "two_layer_memory": {"n_hidden": 6},
}


def model_of(rung: str | tuple[str, ...], seed: int = 0, **change: Any) -> nets.Model:
    """A small model of two blocks in float64: 9 tokens, 3 answers, d = 10, H = 2, K = 4."""
    own = MODEL_OPTIONS.get(rung, {})
    heads = {} if "size" in own else {"n_heads": 2, "key_size": 4}
    options = {"d": 10, "n_blocks": 2, **heads, **own, **change}
    return nets.Model(rung, n_tokens=9, n_answers=3, seed=seed, **options).double()


def written(source: str, names: dict[str, Any]) -> Any:
    """The function that `source` defines, as a cell would: its text can be looked up."""
    file = f"<an answer of {len(source)} letters, {hash(source)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    before = set(names)
    exec(compile(source, file, "exec"), names)
    return next(names[name] for name in reversed(names) if name not in before)


def notebook_of(*cells: NotebookNode) -> NotebookNode:
    """A notebook made of `code(...)` and nbformat's markdown cells."""
    return nbformat.v4.new_notebook(cells=list(cells))


def code(source: str, *outputs: NotebookNode, tags: Sequence[str] = (), run: int | None = 1):
    """A code cell that was run as number `run`, or never (None)."""
    metadata = {"tags": list(tags)} if tags else {}
    return nbformat.v4.new_code_cell(
        source, outputs=list(outputs), execution_count=run, metadata=metadata
    )


def shown(text: str, kind: str = "text/plain") -> NotebookNode:
    """An output that shows `text`."""
    return nbformat.v4.new_output("display_data", data={kind: text})


def never_run(notebook: NotebookNode, student: bool) -> list[str]:
    """Ids of code cells without an execution count, which nbval passes whatever they show.

    In the student edition a cell that would spoil a prediction has neither count nor output.
    """
    found = []
    for cell in notebook.cells:
        waits = student and "after-prediction" in cell.metadata.get("tags", [])
        if cell.cell_type == "code" and (cell.execution_count is None) != waits:
            found.append(cell.id)
        elif cell.cell_type == "code" and waits and cell.outputs:
            found.append(cell.id)
    return found


def over_limits(cells: Sequence[Cell]) -> list[str]:
    """What about a source's cells is more than a reader should be asked to take in.

    How long the core path takes is counted in the student edition, by `budget`. The
    words of a glossary do not count: it is looked up, not read.
    """
    found = [
        f"cell '{cell.id}': {lines} lines, at most 20"
        for cell in cells
        if cell.kind == "code" and (lines := cell.source.count("\n") + 1) > 20
    ]
    for what, count, most in (
        ("cells", len(core_path(cells)), 60),
        ("cells in all", len(cells), 84),
        ("words in all", sum(len(x.source.split()) for x in cells if _is_read(x)), 2800),
        (
            "cells that nbval does not compare",
            sum("nbval-ignore-output" in x.tags for x in cells),
            2,
        ),
    ):
        if count > most:
            found.append(f"{count} {what}, at most {most}")
    return found


def _is_read(cell: Cell) -> bool:
    return cell.kind == "markdown" and not cell.source.startswith("## Glossary")


def broken_links(notebook: NotebookNode, folder: Path) -> list[str]:
    """Relative links of a notebook in `folder` that lead to no file, or to no cell of it."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    found = []
    for link in re.findall(r"\]\(([^)\s]+)\)", "\n".join(texts)):
        if link.startswith(("https://", "#")):
            continue
        path, _, fragment = link.partition("#")
        target = folder / path
        if not target.is_file():
            found.append(link)
        elif fragment and fragment.removeprefix("cell-id=") not in cell_ids(target):
            found.append(link)
    return found


def cell_ids(path: Path) -> list[str]:
    """The ids of a stored notebook's cells."""
    return [cell.id for cell in nbformat.read(path, as_version=4).cells]
