"""Takes the README's picture from the lesson that drew it.

python notebooks/tools/figures.py
"""

from __future__ import annotations

import base64
from pathlib import Path

import nbformat

from editions import ROOT

# file in figures/ -> the solution notebook and the cell that shows it
PICTURES = {"frontier.png": ("13_frontier", "frontier-figure")}


def picture(notebook: Path, cell_id: str) -> tuple[bytes, str]:
    """The picture that a cell shows, and its sentence without the id and the range.

    Raises: ValueError where the cell shows no picture.
    """
    for cell in nbformat.read(notebook, as_version=4).cells:
        for output in cell.get("outputs", []) if cell.id == cell_id else []:
            data = output.get("data", {})
            if "image/png" in data:
                return base64.b64decode(data["image/png"]), output.metadata["image/png"]["alt"]
    raise ValueError(f"{notebook.name}: cell '{cell_id}' shows no picture")


if __name__ == "__main__":
    (ROOT / "figures").mkdir(exist_ok=True)
    for name, (stem, cell_id) in PICTURES.items():
        png, sentence = picture(ROOT / "notebooks" / "solutions" / f"{stem}.ipynb", cell_id)
        (ROOT / "figures" / name).write_bytes(png)
        print(f"figures/{name}: {sentence}")
